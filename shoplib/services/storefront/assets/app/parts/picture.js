// A product's picture: its own, or a drawing that follows from its id and category, the same each time.

import { html, svg } from "../../vendor/lit-html.js";

const GROUNDS = ["#e9dcc9", "#d5e0d3", "#e6d3cf", "#d3dde6", "#e8e1c4", "#ddd5e6"];
const COLOURS = ["#2f5d50", "#a8503a", "#355c7d", "#8a6a1f", "#6b4a72", "#3f6b3a"];

const DRAWINGS = {
  kitchen: (ink) => svg`<path d="M28 48h36v14a16 16 0 0 1-16 16h-4a16 16 0 0 1-16-16z" fill=${ink}/><path d="M64 52h6a8 8 0 0 1 0 16h-7" fill="none" stroke=${ink} stroke-width="5"/><path d="M38 40c-4-5 4-8 0-14M50 40c-4-5 4-8 0-14" fill="none" stroke=${ink} stroke-width="3" opacity=".55"/>`,
  candle: (ink) => svg`<rect x="40" y="44" width="20" height="36" rx="3" fill=${ink}/><path d="M50 44v-6" stroke=${ink} stroke-width="3"/><path d="M50 18c9 10 7 19 0 20-7-1-9-10 0-20z" fill="#e0a030"/><path d="M30 82h40" stroke=${ink} stroke-width="5"/>`,
  stationery: (ink) => svg`<rect x="28" y="24" width="40" height="54" rx="3" fill="#fffdf8"/><path d="M35 38h26M35 48h26M35 58h16" stroke=${ink} stroke-width="3" opacity=".5"/><path d="M74 30l8 8-24 28-11 4 4-12z" fill=${ink}/>`,
  home: (ink) => svg`<path d="M22 52 50 26l28 26v28H22z" fill=${ink}/><rect x="44" y="56" width="13" height="24" fill="#fffdf8" opacity=".85"/><rect x="30" y="54" width="9" height="9" fill="#fffdf8" opacity=".6"/><rect x="62" y="54" width="9" height="9" fill="#fffdf8" opacity=".6"/>`,
  garden: (ink) => svg`<path d="M34 60h32l-5 22H39z" fill="#a8503a"/><path d="M50 60V36" stroke=${ink} stroke-width="4"/><path d="M50 46c-18 2-24-8-24-20 16 0 24 6 24 20zM50 38c0-14 8-20 22-20 0 14-6 20-22 20z" fill=${ink}/>`,
  toys: (ink) => svg`<rect x="24" y="52" width="26" height="26" rx="3" fill=${ink}/><rect x="54" y="52" width="24" height="26" rx="3" fill="#e0a030"/><path d="M50 20 66 48H34z" fill=${ink} opacity=".75"/>`,
  bags: (ink) => svg`<path d="M26 42h48l-4 38H30z" fill=${ink}/><path d="M38 50V36a12 12 0 0 1 24 0v14" fill="none" stroke=${ink} stroke-width="5"/><path d="M38 50V42M62 50V42" stroke="#fffdf8" stroke-width="3"/>`,
  christmas: (ink) => svg`<path d="M50 18 70 46H60l14 20H26l14-20H30z" fill=${ink}/><rect x="45" y="66" width="10" height="14" fill="#8a6a1f"/><circle cx="46" cy="42" r="3" fill="#e0a030"/><circle cx="57" cy="55" r="3" fill="#e0a030"/><circle cx="41" cy="58" r="3" fill="#e6d3cf"/>`,
  other: (ink) => svg`<circle cx="50" cy="50" r="24" fill=${ink}/><circle cx="58" cy="42" r="9" fill="#fffdf8" opacity=".5"/>`,
};

// Decoration: the product's name stands beside it.
export function picture(product) {
  if (product.image_url) {
    const source = product.image_url.startsWith("/") ? `.${product.image_url}` : product.image_url;
    return html`<img class="picture" src=${source} alt="" loading="lazy" width="400" height="400" />`;
  }
  const seed = hash(product.product_id ?? product.name ?? "");
  const ink = COLOURS[seed % COLOURS.length];
  return html`<svg class="picture" viewBox="0 0 100 100" aria-hidden="true" focusable="false">
    <rect width="100" height="100" fill=${GROUNDS[(seed >>> 3) % GROUNDS.length]}></rect>
    <circle cx=${20 + (seed % 60)} cy="86" r="46" fill="#fffdf8" opacity=".35"></circle>
    ${drawing(product.category)(ink)}
  </svg>`;
}

function drawing(category = "") {
  const first = category.split("/")[0].toLowerCase();
  return Object.entries(DRAWINGS).find(([name]) => first.includes(name))?.[1] ?? DRAWINGS.other;
}

function hash(text) {
  let value = 2166136261;
  for (const letter of text) value = Math.imul(value ^ letter.codePointAt(0), 16777619) >>> 0;
  return value >>> 0;
}
