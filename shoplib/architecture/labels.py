"""What is written on an edge: short enough for the picture; the caption has it in full."""

import re

from shoplib.architecture.model import ASYNCHRONOUS, SYNCHRONOUS, Edge
from shoplib.architecture.text import at_most, break_lines, parts, shorten, width

SIZE = 12.0
LIMIT = 90.0
ONE_ACTION = 64.0  # a longer one is broken between its words where two lines have room
FILTERED, FILTERED_LIMIT = ", filtered", 116.0
SIDE_ACTIONS = re.compile(
    r"Describe|List|Tag|Untag|AddTags|RemoveTags|ConditionCheck|ChangeMessageVisibility|DeleteMessage|Create|Enable|Disable"
    r"|Get(Bucket|Queue|Shard|Lifecycle|ObjectVersion|ObjectAcl|\w*(Policy|Configuration|Attributes|Tagging)$)"
    r"|Put(Bucket|Lifecycle|ObjectAcl|\w*(Policy|Configuration|Attributes|Tagging)$)"
)
NO_BREAK = "\u00a0"  # a blank where no line may end


def short(edge: Edge) -> str:
    """One text for the edge, its words parted by blanks where a line may end."""
    if len(edge.verbs) > 1 and (edge.kind == "invoke" or _asks_by_routes(edge)):
        return f"{len(edge.verbs)} routes" if " /" in edge.verbs[0] else f"{len(edge.verbs)} ways"
    if edge.kind == ASYNCHRONOUS:
        return " ".join(verb.replace(" ", NO_BREAK) for verb in edge.verbs)
    if _acts(edge):
        return " ".join(_stem(verb) for verb in sorted(edge.verbs, key=_is_side_action))
    return " ".join(_ending(verb) for verb in edge.verbs) + (FILTERED if edge.filters else "")


def _is_side_action(verb: str) -> bool:
    """What goes along with the action for which a service is there."""
    return bool(SIDE_ACTIONS.match(verb))


def _asks_by_routes(edge: Edge) -> bool:
    return edge.kind == SYNCHRONOUS and all(" /" in verb for verb in edge.verbs)


def _acts(edge: Edge) -> bool:
    """Whether the verbs are actions of IAM."""
    return edge.kind == "call" or (edge.kind == SYNCHRONOUS and len(edge.verbs) > 1 and not _asks_by_routes(edge))


def _ending(verb: str) -> str:
    """GET /products/{product_id}/related -> GET …/related: the end of a long path says most."""
    method, slash, path = verb.partition(" /")
    if not slash or width(f"/{path}", SIZE) <= LIMIT:
        return verb
    return f"{method} …/{path.rpartition('/')[2]}"


def _stem(verb: str) -> str:
    """GetItem -> Get, InvokeFunction -> Invoke: the line leads to a table or a function, so the noun says nothing."""
    return next(
        (verb.removesuffix(noun) for noun in ("Item", "Function") if verb.endswith(noun) and verb != noun), verb
    )


def lines(edge: Edge, count: int) -> tuple[str, ...]:
    """The edge's text in at most `count` lines that fit; actions that do not are counted (`Get Put +2`)."""
    text = short(edge)
    if not _acts(edge):
        limit = FILTERED_LIMIT if count == 1 and text.endswith(FILTERED) else LIMIT
        return tuple(at_most(break_lines(text.split(" "), limit, SIZE, glue=" "), count, limit, SIZE, glue=" "))
    words = text.split(" ")
    broken_lines = break_lines(parts(text), ONE_ACTION, SIZE) if len(words) == 1 else []
    if not 0 < len(broken_lines) <= count:
        broken_lines = break_lines(words, LIMIT, SIZE, glue=" ")
    if len(broken_lines) <= count:
        return tuple(broken_lines)
    shown_count = len(words) - 1
    while shown_count > 1 and len(_abbreviate(words, shown_count)) > count:
        shown_count -= 1
    tried = _abbreviate(words, shown_count)
    return (
        tuple(tried)
        if len(tried) <= count
        else (*tried[: count - 1], shorten(" ".join(tried[count - 1 :]), LIMIT, SIZE))
    )


def _abbreviate(words: list[str], shown_count: int) -> list[str]:
    return break_lines([*words[:shown_count], f"+{len(words) - shown_count}"], LIMIT, SIZE, glue=" ")


def span(text_lines: tuple[str, ...]) -> float:
    return max((width(line, SIZE) for line in text_lines), default=0.0)
