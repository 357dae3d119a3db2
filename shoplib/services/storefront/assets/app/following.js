// Asks again and again, ever more slowly, until the page is left; while it is hidden nobody looks, so nobody asks.

const FIRST_MS = 1_000;
const LONGEST_MS = 15_000;

// `look` answers whether there was news, and `ends` whether there will be no more.
export async function follow(signal, look, ends) {
  let pause = FIRST_MS;
  while (!signal.aborted && !ends()) {
    await rest(signal, pause);
    if (signal.aborted || document.hidden) continue;
    try {
      pause = (await look()) ? FIRST_MS : Math.min(pause * 1.6, LONGEST_MS);
    } catch {
      pause = LONGEST_MS; // what is wrong now may be right later
    }
  }
}

function rest(signal, time) {
  return new Promise((done) => {
    const timer = setTimeout(done, time);
    signal.addEventListener("abort", () => { clearTimeout(timer); done(); }, { once: true });
  });
}
