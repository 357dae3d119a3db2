// What happens beside the place where a person looks is said to screen readers, and shown for a while.

const SHOWN_MS = 4_000;
let timer = 0;

export function announce(text) {
  document.getElementById("live").textContent = text;
}

export function toast(text) {
  const live = document.getElementById("live");
  live.textContent = text;
  live.classList.replace("hidden", "toast");
  clearTimeout(timer);
  timer = setTimeout(() => live.classList.replace("toast", "hidden"), SHOWN_MS);
}
