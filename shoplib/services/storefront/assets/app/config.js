// The addresses of the APIs, as the deployment wrote them. What has none is not offered.

const settings = { addresses: {}, languages: ["en"] };

export async function load() {
  const answer = await fetch("config.json");
  Object.assign(settings, await answer.json());
}

export const languages = () => settings.languages;

export const address = (api) => settings.addresses[api];

// On the local AWS, whose names browsers find on this machine.
export const isLocal = () => location.hostname.endsWith(".localhost");

export const offers = (api) => api in settings.addresses;
