// A request comes twice with one effect: it keeps its Idempotency-Key until what it says changes, or is done.

export function attempts() {
  let last = { content: "", key: "" };
  return {
    keyOf(body) {
      const content = JSON.stringify(body);
      if (content !== last.content) last = { content, key: crypto.randomUUID() };
      return last.key;
    },
    done() {
      last = { content: "", key: "" };
    },
  };
}
