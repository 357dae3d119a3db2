(() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const PACE = 1300, HOP = 2000, TRAVEL = 0.6; // ms that a step and a hop are shown, and the part of it in which the dot moves

  function player(root) {
    const $ = (selector) => root.querySelector(selector), $$ = (selector) => [...root.querySelectorAll(selector)];
    const stage = $(".stage"), svg = $(".canvas svg"), steps = $$(".step"), rows = $$("tbody tr"), last = steps.length - 1;
    const edges = new Map($$(".edge").map((edge) => [edge.dataset.edge, edge]));
    const nodes = new Map($$("[data-node]").map((node) => [node.dataset.node, node]));
    const slider = $(".slider"), calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    const own = ownNames(svg);
    const marks = drawMarks(svg, own);
    let now = 0, playing = false, began = 0, frame = 0, path = null, chase = false;

    function show(index) {
      now = Math.max(0, Math.min(last, index));
      const step = steps[now], edge = edges.get(step.dataset.edge);
      [steps, rows].forEach((list) => list.forEach((each, place) => {
        each.classList.toggle("now", place === now);
        each.classList.toggle("passed", place < now);
      }));
      rows.forEach((row, place) => row.setAttribute("aria-current", place === now ? "step" : "false"));
      const passed = new Set(steps.slice(0, now).map((each) => each.dataset.edge));
      edges.forEach((each, key) => {
        each.classList.toggle("now", each === edge);
        each.classList.toggle("passed", passed.has(key));
        each.querySelector(".line").style.markerEnd = each === edge ? `url(#${own}-tip)` : "";
      });
      root.classList.toggle("failed", "failed" in step.dataset);
      path = edge ? edge.querySelector(".line") : marks.between(nodes.get(step.dataset.source), nodes.get(step.dataset.target));
      marks.undeclared.style.display = edge ? "none" : "";
      marks.enclose(nodes.get(step.dataset.source), nodes.get(step.dataset.target));
      slider.value = now + 1;
      slider.setAttribute("aria-valuetext", step.dataset.says);
      $(".place").textContent = `${now + 1} / ${last + 1}`;
      $(".spoken").textContent = step.dataset.says;
      $(".panel").scrollTop = 0;
      lookAt(step);
      began = performance.now();
      frame ||= requestAnimationFrame(tick);
    }

    // Shows both ends; a way that is too long for that is followed, or without movement its end shown.
    function lookAt(step) {
      const behavior = calm.matches ? "auto" : "smooth", table = $(".calls"), row = rows[now], view = stage.getBoundingClientRect();
      const boxes = [path, nodes.get(step.dataset.source), nodes.get(step.dataset.target)].map((each) => each.getBoundingClientRect());
      const both = around(boxes), fits = both.width < view.width && both.height < view.height, seen = fits ? both : boxes[2];
      chase = !fits && !calm.matches;
      if (!chase) stage.scrollBy({ left: middle(seen).x - middle(view).x, top: middle(seen).y - middle(view).y, behavior });
      const low = row.offsetTop - $("thead").offsetHeight, high = row.offsetTop + row.offsetHeight - table.clientHeight;
      table.scrollTo({ top: Math.max(high, Math.min(low, table.scrollTop)), behavior });
    }

    function tick(time) {
      frame = 0;
      if (!root.isConnected) return play(false);
      const pace = ("hop" in steps[now].dataset ? HOP : PACE) / Number($(".speed").value);
      const share = Math.max(0, time - began) / pace, dot = marks.move(path, Math.min(1, share / TRAVEL));
      if (chase) {
        const at = middle(dot.getBoundingClientRect()), view = middle(stage.getBoundingClientRect());
        stage.scrollBy({ left: (at.x - view.x) / 6, top: (at.y - view.y) / 6, behavior: "instant" });
      }
      if (share < 1) frame = requestAnimationFrame(tick);
      else if (playing && now < last) show(now + 1);
      else play(false);
    }

    function play(on) {
      playing = on;
      root.classList.toggle("playing", on);
      $(".play").setAttribute("aria-label", on ? "Pause" : "Play");
      if (on) show(now === last ? 0 : now);
    }

    function go(index) {
      play(false);
      show(index);
    }

    function press(event) {
      const keys = { ArrowLeft: () => go(now - 1), ArrowRight: () => go(now + 1), Home: () => go(0), End: () => go(last), " ": () => play(!playing) };
      const inside = event.target.closest("input, select, button, pre");
      const own = inside && (inside.matches("select, pre") || (inside.matches("button") && event.key === " "));
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      event.stopPropagation(); // single keys are commands of a notebook: d d deletes the cell
      if (own || !(event.key in keys)) return;
      event.preventDefault();
      keys[event.key]();
    }

    steps.forEach((step) => {
      edges.get(step.dataset.edge)?.classList.add("way");
      [step.dataset.source, step.dataset.target].forEach((id) => nodes.get(id).classList.add("way"));
      step.querySelectorAll("pre").forEach(colour);
    });
    root.classList.add("live");
    $(".bar").hidden = false;
    root.addEventListener("keydown", press);
    slider.addEventListener("input", () => go(Number(slider.value) - 1));
    $(".previous").addEventListener("click", () => go(now - 1));
    $(".next").addEventListener("click", () => go(now + 1));
    $(".play").addEventListener("click", () => play(!playing));
    $("tbody").addEventListener("click", (event) => go(rows.indexOf(event.target.closest("tr"))));
    $(".whole").addEventListener("click", (event) => {
      event.currentTarget.setAttribute("aria-pressed", root.classList.toggle("all"));
      lookAt(steps[now]);
    });
    show(0);
    if (root.parentElement === document.body) $(".stage").focus({ preventScroll: true }); // a page of its own
  }

  function around(boxes) {
    const left = Math.min(...boxes.map((box) => box.left)), top = Math.min(...boxes.map((box) => box.top));
    const right = Math.max(...boxes.map((box) => box.right)), bottom = Math.max(...boxes.map((box) => box.bottom));
    return { left, top, width: right - left, height: bottom - top };
  }

  const middle = ({ left, top, width, height }) => ({ x: left + width / 2, y: top + height / 2 });

  // Ids within the picture that no other picture of the page has: a hidden one would hide what refers to it.
  function ownNames(svg) {
    const own = `j${Math.random().toString(36).slice(2)}`;
    for (const element of [svg, ...svg.querySelectorAll("*")]) {
      for (const { name, value } of [...element.attributes]) {
        if (name === "id") element.setAttribute(name, `${own}-${value}`);
        else if (name === "aria-labelledby") element.setAttribute(name, value.replace(/\S+/g, `${own}-$&`));
        else if (/^(url\()?#/.test(value)) element.setAttribute(name, value.replace("#", `#${own}-`));
      }
    }
    return own;
  }

  // What is drawn over the picture: rings around both ends, a dot, and a line where the picture has none.
  function drawMarks(svg, own) {
    const add = (parent, name, attributes) => {
      const element = parent.appendChild(document.createElementNS(SVG, name));
      Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
      return element;
    };
    const tip = { id: `${own}-tip`, viewBox: "0 0 10 10", refX: 8, refY: 5, markerWidth: 16, markerHeight: 16, markerUnits: "userSpaceOnUse", orient: "auto" };
    add(add(svg, "marker", tip), "path", { class: "tip", d: "M0 .8L10 5L0 9.2z" });
    const unseen = { "aria-hidden": "true", "pointer-events": "none" };
    const layer = add(svg, "g", unseen); // below the nodes, so that no text is crossed out
    svg.insertBefore(layer, svg.querySelector("[data-node]"));
    const undeclared = add(layer, "path", { class: "undeclared" });
    const rings = ["source", "target"].map((end) => add(layer, "rect", { class: `ring ${end}`, rx: 13 }));
    const dot = add(svg, "circle", { class: "dot", r: 7, ...unseen });
    // From what is written, not from what is shown: the picture may be hidden when this runs.
    const box = (node) => {
      const body = node.querySelector(".body"), icon = node.querySelector("use").transform.baseVal.consolidate().matrix;
      const [x, y, width, height] = body ? ["x", "y", "width", "height"].map((name) => Number(body.getAttribute(name))) : [icon.e, icon.f, icon.a, icon.d];
      return { x, y, width, height };
    };
    const enclose = (...ends) => ends.forEach((node, place) => {
      const { x, y, width, height } = box(node);
      Object.entries({ x: x - 5, y: y - 5, width: width + 10, height: height + 10 }).forEach(([key, value]) => rings[place].setAttribute(key, value));
    });
    const between = (source, target) => {
      const from = box(source), to = box(target);
      const [x1, y1, x2, y2] = [from.x + from.width / 2, from.y + from.height / 2, to.x + to.width / 2, to.y + to.height / 2];
      undeclared.setAttribute("d", `M${x1} ${y1}Q${(x1 + x2) / 2 + (y2 - y1) / 6} ${(y1 + y2) / 2 - (x2 - x1) / 6} ${x2} ${y2}`);
      return undeclared;
    };
    const move = (path, share) => {
      const { x, y } = path.getPointAtLength(path.getTotalLength() * share);
      Object.entries({ cx: x, cy: y, opacity: share < 1 ? 1 : 0 }).forEach(([key, value]) => dot.setAttribute(key, value));
      return dot;
    };
    return { undeclared, enclose, between, move };
  }

  // JSON in colours: keys, texts, and other values.
  function colour(pre) {
    const text = pre.textContent, parts = document.createDocumentFragment();
    let place = 0;
    for (const found of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b|\b(?:true|false|null)\b/g)) {
      const span = document.createElement("span");
      span.className = found[2] ? "key" : found[1] ? "text" : "value";
      span.textContent = found[1] || found[0];
      parts.append(text.slice(place, found.index), span);
      place = found.index + span.textContent.length;
    }
    parts.append(text.slice(place));
    pre.replaceChildren(parts);
  }

  for (const root of document.querySelectorAll(".shoplib-journey:not([data-started])")) {
    root.dataset.started = "";
    player(root);
  }
})();
