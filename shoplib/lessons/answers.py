"""Compare a learner's answer with what was observed, however it is typed."""

import re
from collections.abc import Collection
from typing import Any

from shoplib.lessons.quantities import read_numbers

YES = {"true", "yes", "t", "y", "yep", "yeah", "always", "right", "correct"}
NO = {"false", "no", "f", "n", "nope", "never", "not", "wrong"}
ARROW = re.compile(r"→|⟶|➔|➜|⇒|↦|[-=–—]+>")
FORWARD = re.compile(rf"\s*(?:{ARROW.pattern}|>|\bto\b)\s*", re.IGNORECASE)
BACKWARD = re.compile(r"\s*(?:←|⟵|⇐|<[-=–—]+)\s*")
# As the picture says it when the pointer rests on an arrow: "3. From → To: what it does".
STEP, WHAT_IT_DOES, FROM = re.compile(r"^\d+\.\s"), re.compile(r":\s.*$", re.DOTALL), re.compile(r"^from\s", re.I)
ARTICLE = re.compile(r"^(?:the|a|an)\s", re.IGNORECASE)


def matches(answer: object, observed: object, synonyms: Collection[str] = (), unit: str = "") -> bool:
    """Whether the answer is the observation. `synonyms` are other ways to say the observation, `unit` that of a
    number."""
    return _is(answer, observed, unit) or plain(answer) in map(plain, synonyms)


def as_text(answer: object) -> str:
    """Return the answer as a learner would write it."""
    return {True: "yes", False: "no"}[answer] if isinstance(answer, bool) else str(answer)


def explain_form(answer: object, observed: object, unit: str = "") -> str:
    """Explain which kind of answer is expected, if this is not one; empty otherwise."""
    if isinstance(observed, bool):
        return "" if _truth(answer) is not None else "Answer yes or no."
    if isinstance(observed, int | float):
        form = f"Answer with one number{f' of {unit}' if unit else ''}, such as 12{f' {unit}' if unit else ''}."
        return "" if _numbers(answer, unit) else form
    if isinstance(observed, str) and ARROW.search(observed) and len(_ends(answer)) != 2:
        return "Answer with an arrow, from where to where: From -> To."
    return ""


def plain(answer: object) -> str:
    """Return the text without spaces, quotes, articles and capitals; `pd.NA` and "NA" are both "na"."""
    text = ARTICLE.sub("", str(answer).strip(" \t\n.\"'`!"))
    return "".join(text.split()).strip("<>.\"'`").casefold() or text.casefold()


def as_typed(text: str, like: object) -> object:
    """Convert a text to the type of `like`, if possible."""
    if isinstance(like, bool):
        truth = _truth(text)
        return text if truth is None else truth
    if isinstance(like, int | float):
        numbers = read_numbers(text)
        return numbers.pop() if len(numbers) == 1 else text
    return text


def _is(answer: object, observed: Any, unit: str) -> bool:
    observed = observed.item() if getattr(observed, "ndim", None) == 0 else observed  # numpy's numbers
    if isinstance(observed, bool):
        return _truth(answer) is observed
    if isinstance(observed, int | float):
        return any(_equal(number, observed) for number in _numbers(answer, unit))
    if isinstance(observed, str):
        return _equals(answer, observed)
    return type(answer) is type(observed) and bool(answer == observed)


def _truth(answer: object) -> bool | None:
    if isinstance(answer, bool):
        return answer
    words = re.findall(r"[a-z]+", answer.casefold()) if isinstance(answer, str) else []
    first = words[0] if words else ""
    return True if first in YES else False if first in NO else None


def _numbers(answer: object, unit: str) -> set[float]:
    """202, "202", "202 Accepted", "1,000" and "eight mugs" each name one number."""
    if isinstance(answer, int | float) and not isinstance(answer, bool):
        return {answer}
    return read_numbers(answer, unit) if isinstance(answer, str) else set()


def _equal(number: float, observed: float) -> bool:
    return abs(number - observed) <= 1e-9 * max(1.0, abs(observed))


def _equals(answer: object, observed: str) -> bool:
    if ARROW.search(observed):
        return _ends(answer) == _ends(observed)
    return isinstance(answer, str | int) and plain(answer) == plain(observed)


def _ends(answer: Any) -> tuple[str, ...]:
    """From where to where an arrow goes: of a text, or of a pair of names."""
    if isinstance(answer, tuple | list):
        return tuple(map(plain, answer))
    arrow = FROM.sub("", WHAT_IT_DOES.sub("", STEP.sub("", str(answer).strip(" \"'`"))))
    if BACKWARD.search(arrow):
        return tuple(map(plain, reversed(BACKWARD.split(arrow))))
    return tuple(map(plain, FORWARD.split(arrow)))
