import { html, nothing } from "../../vendor/lit-html.js";
import { offers } from "../config.js";
import { call } from "../http.js";
import { t, tn } from "../i18n.js";
import { banners } from "../parts/banners.js";
import { breadcrumb } from "../parts/breadcrumb.js";
import { facets, sorting } from "../parts/facets.js";
import { clicking } from "../parts/form.js";
import { notice } from "../parts/problem.js";
import { tiles } from "../parts/tiles.js";
import * as prices from "../prices.js";

const SHOWN = 24;

// With the search service there are facets, sorting and corrected words; the catalog itself finds words alone.
export default async function search(page) {
  const words = page.query.get("q") ?? "";
  const title = words ? t("Results for “%(words)s”", { words }) : t("All products");
  page.title(title);
  let products = [];
  let answer = null;
  const more = async () => {
    answer = await ask(page, answer?.next_cursor ?? "");
    products = [...products, ...(await prices.convert(answer.products))];
  };
  await more();
  const shown = banners(page, "search");
  page.show(() => html`
    ${breadcrumb([], t("Search"))}
    <h1 tabindex="-1">${title}</h1>
    ${corrected(answer)}
    ${notice(page.problem)}
    ${shown}
    <div class=${answer.facets ? "with-facets" : ""}>
      ${answer.facets ? facets(answer.facets, page.query) : nothing}
      <section aria-label=${t("Products")}>
        <div class="row spread"><p>${count(answer, products)}</p>${answer.facets ? sorting(page.query) : nothing}</div>
        ${products.length ? tiles(products) : html`<p>${t("Nothing was found. Try fewer or other words.")}</p>`}
        ${answer.next_cursor ? html`<p class="more">
          <button @click=${clicking(page, more)}>${t("Show more")}</button></p>` : nothing}
      </section>
    </div>`);
}

function ask(page, cursor) {
  if (!offers("search")) {
    return call("shop", "/products", { query: { q: page.query.get("q"), limit: SHOWN, cursor }, signal: page.signal });
  }
  const query = { limit: SHOWN, cursor };
  for (const name of new Set(page.query.keys())) query[name] = page.query.getAll(name);
  return call("search", "/search", { query, signal: page.signal });
}

function count(answer, products) {
  const num = answer.total ?? products.length;
  if (answer.total === undefined && answer.next_cursor) return t("More than %(num)s products", { num });
  return tn("%(num)s product", "%(num)s products", num);
}

function corrected(answer) {
  if (!answer.corrected?.length) return nothing;
  const words = answer.corrected.map((each) => each.to).join(", ");
  return html`<p class="note">${t("Nothing has exactly these words; this is for: %(words)s.", { words })}</p>`;
}
