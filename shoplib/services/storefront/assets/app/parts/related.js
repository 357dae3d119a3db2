// What others bought with a product. The page does not wait for it, and does without.

import { call } from "../http.js";
import * as prices from "../prices.js";

export function related(page, item) {
  const products = [];
  call("shop", `/products/${encodeURIComponent(item.parent_id ?? item.product_id)}/related`, { signal: page.signal })
    .then((answer) => prices.convert(answer.products))
    .then((found) => {
      products.push(...found.slice(0, 4));
      page.refresh();
    })
    .catch(() => {});
  return products;
}
