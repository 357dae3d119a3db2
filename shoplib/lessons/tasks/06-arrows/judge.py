"""Reads the picture off what is deployed, and sends one sign-up through it."""

import uuid
from collections.abc import Iterator

from shoplib import architecture
from shoplib.lessons import Step, Trial

ARROWS = {
    ("SignUpFunction", "MailsQueue"): "Which right, and which address, let SignUpFunction send to the queue?",
    ("MailsQueue", "MailerFunction"): "A function reads a queue by an event source: Events, Type: SQS.",
    ("MailerFunction", "MailsTable"): "MailerFunction needs a policy of its own: it writes to the table.",
}
PARTS = {name for arrow in ARROWS for name in arrow}


def judge(trial: Trial) -> Iterator[Step]:
    edges = architecture.from_deployed(trial.target, trial.stack.name).edges
    arrows = {(source, target) for source, target in zip(edges.source, edges.target, strict=True)}
    for arrow, hint in ARROWS.items():
        yield Step(f"there is an arrow {_text(arrow)}", arrow in arrows, hint=hint)

    more = sorted(_text(arrow) for arrow in arrows - set(ARROWS) if set(arrow) <= PARTS)
    yield Step(
        "and no other one between the four",
        not more,
        ", ".join(more),
        "The picture shows what a template allows. Who may do something that the wall does not say?",
    )

    address = f"{uuid.uuid4().hex}@example.com"
    trial.invoke("SignUpFunction", {"address": address})
    key = {"address": {"S": address}}
    table = trial.output("MailsTableName")
    mail = trial.wait_for(lambda: trial.client("dynamodb").get_item(TableName=table, Key=key).get("Item"))
    yield Step("a sign-up ends in the table", bool(mail), hint='Its log says more: task.logs("MailerFunction").')


def _text(arrow: tuple[str, str]) -> str:
    return f"{arrow[0]} -> {arrow[1]}"
