import { html, nothing } from "../../vendor/lit-html.js";
import { call } from "../http.js";
import { t } from "../i18n.js";
import { blocks, dir, inLanguage, lang } from "../parts/blocks.js";
import { breadcrumb } from "../parts/breadcrumb.js";

// A page or guide of the editors; with a token, the draft that an editor looks at.
export default async function content(page, { kind, slug }) {
  const query = { language: page.query.get("language") ?? inLanguage(), preview: page.query.get("preview") ?? "" };
  const where = `/content/${encodeURIComponent(kind)}/${encodeURIComponent(slug)}`;
  const entry = await call("content", where, { query, signal: page.signal });
  page.title(entry.title);
  page.show(() => html`
    ${breadcrumb([], entry.title)}
    ${entry.is_preview ? html`<p class="note">${t("This is a draft. Shoppers do not see it.")}</p>` : nothing}
    <article class="prose" lang=${lang(entry)} dir=${dir(entry)}>
      <h1 tabindex="-1">${entry.title}</h1>
      ${entry.summary ? html`<p class="soft">${entry.summary}</p>` : nothing}
      ${blocks(entry.blocks)}
    </article>`);
}
