// Where the shop delivers to: codes as pricing has them (a test holds the two against each other).

export const COUNTRIES = ("AT AU BE BG CA CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT JP LT LU LV MT NL NO NZ PL "
  + "PT RO SE SG SI SK US").split(" ");

// Countries whose tax depends on the region.
export const REGIONS = {
  CA: "AB BC MB NB NL NS NT NU ON PE QC SK YT".split(" "),
  US: ("AK AL AR AZ CA CO CT DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR "
    + "PA RI SC SD TN TX UT VA VT WA WI WV WY").split(" "),
};

// What the browser's language says of the country, as a first guess.
export function guess() {
  const region = navigator.languages.map((one) => one.split("-")[1]).find((one) => COUNTRIES.includes(one));
  return region ?? "GB";
}
