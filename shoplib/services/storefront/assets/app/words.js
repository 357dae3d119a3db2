// Words that come from the APIs and from the shop's own catalog. What somebody else's catalog has is shown as it is.

import { language, t } from "./i18n.js";

const WORDS = {
  // categories
  Accessories: () => t("Accessories"),
  Bags: () => t("Bags"),
  Boards: () => t("Boards"),
  Candles: () => t("Candles"),
  "Candles and light": () => t("Candles and light"),
  Christmas: () => t("Christmas"),
  Clothes: () => t("Clothes"),
  Desk: () => t("Desk"),
  Garden: () => t("Garden"),
  Home: () => t("Things for the home"), // "Home" is the way to the first page
  Kitchen: () => t("Kitchen"),
  Knitwear: () => t("Knitwear"),
  Lamps: () => t("Lamps"),
  Living: () => t("Living"),
  Mugs: () => t("Mugs"),
  Office: () => t("Office"),
  Paper: () => t("Paper"),
  Pots: () => t("Pots"),
  Shirts: () => t("Shirts"),
  Stationery: () => t("Stationery"),
  "Tea and Coffee": () => t("Tea and Coffee"),
  Textiles: () => t("Textiles"),
  Tools: () => t("Tools"),
  Toys: () => t("Toys"),
  // facets, options and specifications
  Category: () => t("Category"),
  Price: () => t("Price"),
  Brand: () => t("Brand"),
  Colour: () => t("Colour"),
  Size: () => t("Size"),
  Material: () => t("Material"),
  Weight: () => t("Weight"),
  Height: () => t("Height"),
  Capacity: () => t("Capacity"),
  Care: () => t("Care"),
  Contains: () => t("Contains"),
  Dishwasher: () => t("Dishwasher"),
  Finish: () => t("Finish"),
  Bulb: () => t("Bulb"),
  Pages: () => t("Pages"),
  Ruling: () => t("Ruling"),
  "Made in": () => t("Made in"),
  // how an order travels
  standard: () => t("Standard"),
  express: () => t("Express"),
  // banners: where they are, and how they stand
  home: () => t("Start page"),
  category: () => t("Category"),
  search: () => t("Search"),
  product: () => t("Product"),
  cart: () => t("Cart"),
  checkout: () => t("Checkout"),
  account: () => t("Your account"),
  draft: () => t("draft"),
  scheduled: () => t("scheduled"),
  published: () => t("published"),
  ended: () => t("ended"),
};

export const word = (text) => (language() !== "en" && Object.hasOwn(WORDS, text) ? WORDS[text]() : text);
