"""Which functions Athena has here, and by what DuckDB answers them. Whatever is in none of these lists is refused."""

import re
from functools import cache
from importlib.resources import files

# The same in both.
SAME_NAMES = """
abs acos any_value array_agg array_distinct asin atan atan2 avg bool_and bool_or cbrt ceil ceiling coalesce
concat_ws corr cos cosh count count_if covar_pop covar_samp cume_dist day degrees dense_rank ends_with exp
first_value flatten floor from_base64 grouping histogram hour lag last_value lead length ln log10 log2 lower
ltrim map map_concat map_entries map_from_entries map_keys map_values max min minute month nth_value ntile
nullif percent_rank pi pow power quarter radians rank regr_intercept regr_slope reverse round row row_number
rtrim second sign sin sinh sqrt starts_with stddev stddev_pop stddev_samp sum tan tanh translate trim try upper
url_decode url_encode var_pop var_samp variance year
"""
# By another name.
RENAMED = {
    "arbitrary": "any_value", "every": "bool_and", "max_by": "arg_max_null",
    "min_by": "arg_min_null", "geometric_mean": "geomean", "bitwise_and_agg": "bit_and", "bitwise_or_agg": "bit_or",
    "bitwise_xor_agg": "bit_xor", "approx_percentile": "quantile_disc", "array_max": "list_max",
    "array_min": "list_min",
    "array_intersect": "list_intersect", "arrays_overlap": "list_has_any", "filter": "list_filter",
    "transform": "list_transform", "char_length": "length", "character_length": "length",
    "codepoint": "unicode", "levenshtein_distance": "levenshtein", "hamming_distance": "hamming", "to_utf8": "encode",
    "from_utf8": "decode", "from_hex": "unhex", "to_base64": "base64", "is_nan": "isnan",
    "is_infinite": "isinf", "is_finite": "isfinite", "rand": "random", "regexp_split": "string_split_regex",
    "day_of_week": "isodow", "dow": "isodow", "day_of_month": "day", "day_of_year": "dayofyear", "doy": "dayofyear",
    "element_at": "athena.value_or_null",
    "week": "weekofyear", "week_of_year": "weekofyear", "year_of_week": "isoyear", "yow": "isoyear",
    "to_unixtime": "epoch", "format": "printf", "array_sum": "list_sum",
}  # fmt: skip
MACRO = re.compile(r"CREATE MACRO athena\.(\w+)")
CALL = re.compile(r"\bathena\.(\w+)")


def definitions(statement: str) -> list[str]:
    """The macros that a statement of DuckDB's calls, those first that others call."""
    needed: dict[str, None] = {}
    _need(statement, needed)
    return [
        "CREATE SCHEMA IF NOT EXISTS athena",
        *(_macros()[name].replace("CREATE MACRO", "CREATE OR REPLACE MACRO", 1) for name in needed),
    ]


def _need(text: str, needed: dict[str, None]) -> None:
    for name in CALL.findall(text):
        if name in _macros() and name not in needed:
            _need(_macros()[name].partition("(")[2], needed)
            needed[name] = None


@cache
def _macros() -> dict[str, str]:
    text = files("shoplib.localaws.athena.sql").joinpath("functions.sql").read_text(encoding="utf-8")
    parts = re.split(r";\s*\n", re.sub(r"^--.*$", "", text, flags=re.MULTILINE))
    return {match[1]: part.strip() for part in parts if (match := MACRO.search(part))}


def duckdb_name(function: str) -> str | None:
    """By lower-case name; None for a function that is not here."""
    if function in _macros():
        return f"athena.{function}"
    return function if function in SAME_NAMES.split() else RENAMED.get(function)
