"""Asks the function about visits that each have one thing that is easy to get wrong."""

from collections.abc import Iterator

from shoplib.lessons import Step, Trial

STEPS = ("view_item", "add_to_cart", "purchase")
ALL_THE_WAY = [("a", "view_item", 1), ("a", "add_to_cart", 2), ("a", "purchase", 3)]
# What is tried, on top of one visit that goes all the way; what comes out; and what to think about.
TRIALS = [
    ("a visit that goes all the way counts at each step", [], (1, 1, 1), "Which steps did it reach?"),
    (
        "a visit that looks three times is one",
        [("b", "view_item", 1), ("b", "view_item", 2), ("b", "view_item", 3)],
        (2, 1, 1),
        "Count sessions, not events.",
    ),
    (
        "who buys without having looked is not in the funnel",
        [("c", "purchase", 1)],
        (1, 1, 1),
        "A step counts only for those who reached the one before it.",
    ),
    (
        "who looks after having bought has only looked",
        [("d", "purchase", 1), ("d", "view_item", 2)],
        (2, 1, 1),
        "It is not enough that both happened. Which was first?",
    ),
    (
        "events may come in any order",
        [("e", "purchase", 7), ("e", "view_item", 5), ("e", "add_to_cart", 6)],
        (2, 2, 2),
        "The list is in the order in which events arrived. What says when they happened?",
    ),
]


def judge(trial: Trial) -> Iterator[Step]:
    for text, more, counts, hint in TRIALS:
        events = [{"session": session, "name": name, "time": time} for session, name, time in ALL_THE_WAY + more]
        answer = trial.invoke("FunnelFunction", {"events": events})
        expected = dict(zip(STEPS, counts, strict=True))
        yield Step(text, answer == expected, f"{answer}", hint)
