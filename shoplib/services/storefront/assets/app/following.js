// Asks again and again, ever more slowly, until the page is left; while it is hidden nobody looks, so nobody asks.

const FIRST_MS = 1_000;
const LONGEST_MS = 15_000;
const MOST_QUIET = 120; // times without news: half an hour

// `look` answers whether there was news, and `ends` whether there will be no more.
export async function follow(signal, look, ends) {
  let pause = FIRST_MS;
  for (let quiet = 0; quiet < MOST_QUIET && !signal.aborted && !ends(); ) {
    await rest(signal, pause);
    if (signal.aborted || document.hidden || ends()) continue;
    try {
      const isNews = await look();
      quiet = isNews ? 0 : quiet + 1;
      pause = isNews ? FIRST_MS : Math.min(pause * 1.6, LONGEST_MS);
    } catch {
      quiet += 1;
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
