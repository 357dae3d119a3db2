"""Numbers as people write them: with separators, in words, with a unit."""

import re

SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
WORDS = (
    {word: float(number) for number, word in enumerate(SMALL.split())}
    | {word: 10.0 * number for number, word in enumerate(TENS.split(), start=2)}
    | {"none": 0.0, "nothing": 0.0, "nobody": 0.0, "once": 1.0, "twice": 2.0, "half": 0.5}
)
FACTORS = {"dozen": 12.0, "hundred": 100.0, "thousand": 1000.0, "million": 1e6}
# Unit -> what it measures, and how much of that.
UNITS = {
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), ("time", 0.001)),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), ("time", 1.0)),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), ("time", 60.0)),
    **dict.fromkeys(("h", "hr", "hour", "hours"), ("time", 3600.0)),
    **dict.fromkeys(("d", "day", "days"), ("time", 86400.0)),
    **dict.fromkeys(("b", "byte", "bytes"), ("size", 1.0)),
    **dict.fromkeys(("kb", "kilobyte", "kilobytes"), ("size", 1e3)),
    **dict.fromkeys(("kib",), ("size", 1024.0)),
    **dict.fromkeys(("mb", "megabyte", "megabytes"), ("size", 1e6)),
    **dict.fromkeys(("mib",), ("size", 1024.0**2)),
    **dict.fromkeys(("gb", "gigabyte", "gigabytes"), ("size", 1e9)),
    **dict.fromkeys(("gib",), ("size", 1024.0**3)),
    **dict.fromkeys(("%", "percent", "per cent"), ("share", 0.01)),
}
_WORD = rf"(?:{'|'.join([*WORDS, *FACTORS])})"
IN_WORDS = re.compile(rf"\b{_WORD}(?:(?:[\s-]+|\s+and\s+){_WORD})*\b")
PROTOCOL = re.compile(r"\bhttp(?:/\d(?:\.\d)?)?(?=\s)", re.IGNORECASE)
SPACES = "\u00a0\u202f\u2009 "
DIGITS = rf"\d{{1,3}}(?:[{SPACES}'’_]\d{{3}})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*|\.\d+"
NUMBER = re.compile(rf"(?<![\w.])([-−–+]?)(?:[£$€]\s?)?({DIGITS})(?:e([+-]?\d+))?\s*([%a-zµ]*)", re.IGNORECASE)
GROUPS = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3})*")


def read_numbers(text: str, unit: str = "") -> set[float]:
    """Return the possible values of a text's number, in `unit`: "1.000" is one or a thousand. Empty if there is no
    number, more than one, or one in another unit."""
    text = PROTOCOL.sub("", text).replace(SPACES[0], " ")
    amounts = [(_values(match), match[4].casefold()) for match in NUMBER.finditer(text)] or _in_words(text)
    if len(amounts) != 1:
        return set()
    values, word = amounts[0]
    return {value for number in values for value in _convert(number, word or _word_after(text), unit)}


def _in_words(text: str) -> list[tuple[set[float], str]]:
    """Each run of number words is one number: "two hundred and five", "a dozen"."""
    return [({_add_up(run[0])}, "") for run in IN_WORDS.finditer(text.casefold())]


def _add_up(words: str) -> float:
    total = part = 0.0
    for word in re.findall(r"[a-z]+", words):
        if word in FACTORS:
            part = (part or 1.0) * FACTORS[word]
            total, part = (total + part, 0.0) if FACTORS[word] >= 1000 else (total, part)
        else:
            part += WORDS.get(word, 0.0)
    return total + part


def _values(match: re.Match[str]) -> set[float]:
    digits = re.sub(rf"[{SPACES}'’_]", "", match[2])
    sign, power = -1.0 if match[1] in ("-", "−", "–") and match[1] else 1.0, 10.0 ** int(match[3] or 0)
    return {sign * power * value for value in _readings(digits)}


def _readings(digits: str) -> set[float]:
    """A comma before three digits groups them; a dot before three digits may, too."""
    marks = [mark for mark in digits if mark in ".,"]
    if not marks:
        return {float(digits)}
    if len(set(marks)) == 2 or len(marks) > 1:
        return _read_groups(digits, marks)
    grouped = {float(digits.replace(marks[0], ""))} if GROUPS.fullmatch(digits) and digits[0] != "0" else set()
    return grouped if grouped and marks[0] == "," else grouped | {float(digits.replace(",", "."))}


def _read_groups(digits: str, marks: list[str]) -> set[float]:
    """1,234,567.5 and 1.234.567,5: the last mark is of the fraction when it is another one than the first."""
    whole, _, fraction = digits.rpartition(marks[-1]) if marks[-1] != marks[0] else (digits, "", "")
    return {float(f"{whole.replace(marks[0], '')}.{fraction or 0}")} if GROUPS.fullmatch(whole) else set()


def _word_after(text: str) -> str:
    words = re.findall(r"%|[a-z]+", text.casefold())
    return next((word for word in words if word in UNITS), "")


def _convert(value: float, word: str, unit: str) -> set[float]:
    """Plain numbers and things ("8 mugs") are in the unit that is asked for."""
    if word == "k" and unit not in UNITS:
        return {value * 1000}
    if word not in UNITS or not unit:
        return {value, value / 100} if word in ("%", "percent") else {value}
    kind, size = UNITS[word]
    if UNITS.get(unit, ("", 1.0))[0] != kind:
        return set()
    return {round(value * size / UNITS[unit][1], 9)}
