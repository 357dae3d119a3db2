"""Calls of intrinsic functions, `States.Format('{} of {}', $.a, States.ArrayLength($.b))`, taken apart."""

import re
from dataclasses import dataclass
from typing import Any

CALL = re.compile(r"\s*(States\.\w+)\(\s*")
TEXT = re.compile(r"'((?:[^'\\]|\\['{}\\])*)'")  # nothing else can be escaped
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
WORD = re.compile(r"(true|false|null)\b")
PATH = re.compile(r"\$(?:[^,()\[\]\s']|\[(?:'[^']*'|\"[^\"]*\"|[^\]'\"])*\])*")
WORDS = {"true": True, "false": False, "null": None}
DEEPEST = 10  # calls within calls, as on AWS


class Unreadable(ValueError):
    """The text is no call of an intrinsic function."""


@dataclass(frozen=True)
class Literal:
    """`template` is a text in which braces are still escaped, as States.Format reads it."""

    value: Any
    template: str = ""


@dataclass(frozen=True)
class Path:
    text: str


@dataclass(frozen=True)
class Call:
    name: str
    arguments: tuple["Literal | Path | Call", ...]
    text: str


Argument = Literal | Path | Call


def parse(text: str) -> Call:
    """Raises Unreadable."""
    call, end = _call(text, 0, 1)
    if text[end:].strip():
        raise Unreadable(f"{text[end:]!r} follows the call")
    return call


def _call(text: str, at: int, depth: int) -> tuple[Call, int]:
    match = CALL.match(text, at)
    if match is None or depth > DEEPEST:
        raise Unreadable(f"{text[at:]!r} is no call of a function")
    arguments: list[Argument] = []
    end = match.end()
    while not text.startswith(")", end):
        argument, end = _argument(text, end, depth)
        arguments.append(argument)
        end = _next(text, end)
    return Call(match[1], tuple(arguments), text[match.start() : end + 1].strip()), end + 1


def _next(text: str, at: int) -> int:
    """Where the next argument or the closing parenthesis is."""
    match = re.compile(r"\s*(?:,\s*(?!\))|(?=\)))").match(text, at)
    if match is None:
        raise Unreadable(f"',' or ')' is missing at {text[at:]!r}")
    return match.end()


def _argument(text: str, at: int, depth: int) -> tuple[Argument, int]:
    if CALL.match(text, at):
        return _call(text, at, depth + 1)
    if match := TEXT.match(text, at):
        return Literal(re.sub(r"\\(.)", r"\1", match[1]), match[1].replace(r"\'", "'")), match.end()
    if match := WORD.match(text, at):
        return Literal(WORDS[match[1]]), match.end()
    if match := NUMBER.match(text, at):
        return Literal(float(match[0]) if re.search(r"[.eE]", match[0]) else int(match[0])), match.end()
    if match := PATH.match(text, at):
        return Path(match[0]), match.end()
    raise Unreadable(f"{text[at:]!r} is no argument")
