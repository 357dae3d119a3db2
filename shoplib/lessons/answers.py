"""Whether a learner's answer means what was observed, however it is typed."""

import re
from collections.abc import Collection
from typing import Any

YES, NO = ("true", "yes", "t", "y"), ("false", "no", "f", "n")
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
ARROWS = re.compile(r"\s*(?:→|⟶|➔|[-=–—]+>)\s*")
# As the picture says it when the pointer rests on an arrow: "3. From → To: what it does".
STEP, WHAT_IT_DOES = re.compile(r"^\d+\.\s"), re.compile(r":\s.*$", re.DOTALL)


def matches(answer: object, observed: object, synonyms: Collection[str] = ()) -> bool:
    """Whether the answer is the observation. `synonyms` are other ways to say the observation."""
    if isinstance(observed, bool):
        return _truth(answer) is observed
    if isinstance(observed, int):
        return _number(answer) == observed
    if isinstance(observed, str):
        return _equals(answer, observed) or plain(answer) in map(plain, synonyms)
    return type(answer) is type(observed) and bool(answer == observed)


def plain(answer: object) -> str:
    """Without spaces, quotes and capitals; `pd.NA` and "NA" are both "na"."""
    return "".join(str(answer).split()).strip("<>.\"'").casefold()


def _truth(answer: object) -> bool | None:
    if isinstance(answer, bool):
        return answer
    word = plain(answer) if isinstance(answer, str) else ""
    return True if word in YES else False if word in NO else None


def _number(answer: object) -> float | None:
    """202, 202.0, "202", "202 Accepted" and "eight mugs" each name one number."""
    if isinstance(answer, int | float) and not isinstance(answer, bool):
        return answer
    numbers = _numbers(answer) if isinstance(answer, str) else []
    return numbers[0] if len(numbers) == 1 else None


def _numbers(text: str) -> list[float]:
    words = [float(WORDS.index(word)) for word in re.findall(r"[a-z]+", text.casefold()) if word in WORDS]
    return words + [float(digits) for digits in re.findall(r"-?\d+(?:\.\d+)?", text)]


def _equals(answer: object, observed: str) -> bool:
    if ARROWS.search(observed):
        return _ends(answer) == _ends(observed)
    return isinstance(answer, str | int) and plain(answer) == plain(observed)


def _ends(answer: Any) -> tuple[str, ...]:
    """From where to where an arrow goes: of a text, or of a pair of names."""
    if isinstance(answer, tuple | list):
        return tuple(map(plain, answer))
    arrow = WHAT_IT_DOES.sub("", STEP.sub("", str(answer).strip(" \"'")))
    return tuple(map(plain, ARROWS.split(arrow)))
