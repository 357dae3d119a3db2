// What happens beside the place where a person looks is said to screen readers, and shown for a while.

const SHOWN_MS = 4_000;
let timer = 0;

export function announce(text) {
  document.getElementById("live").textContent = text;
}

export function toast(text) {
  const element = document.getElementById("toast");
  element.textContent = text;
  clearTimeout(timer);
  timer = setTimeout(() => { element.textContent = ""; }, SHOWN_MS);
}
