"""Writes and reads a review, then asks IAM what else the function's role may do."""

import uuid
from collections.abc import Iterator

from shoplib.lessons import Step, Trial

# Harmless reads, and what would hurt.
ON_THE_TABLE = ("dynamodb:DeleteItem", "dynamodb:Scan", "dynamodb:UpdateItem", "dynamodb:DeleteTable")
ELSEWHERE = ("dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan")
ANYWHERE = ("s3:GetObject", "iam:CreateUser", "lambda:InvokeFunction", "sqs:SendMessage")


def judge(trial: Trial) -> Iterator[Step]:
    product = f"product-{uuid.uuid4().hex[:8]}"
    review = {"product_id": product, "review_id": "1", "text": "A good mug."}
    written, count = trial.invoke("ReviewsFunction", review), trial.invoke("ReviewsFunction", {"product_id": product})
    yield Step(
        "a review is written and read",
        (written, count) == (1, 1),
        f"{count} of 1",
        'The function needs dynamodb:PutItem and dynamodb:Query on its table. task.logs("ReviewsFunction") says more.',
    )

    allowed = _allowed(trial, ANYWHERE, "*")
    yield Step(
        "it may use no other service",
        not allowed,
        ", ".join(allowed),
        "Action: name the calls that the code makes, such as dynamodb:PutItem, in place of the star.",
    )

    allowed = _allowed(trial, ON_THE_TABLE, trial.output("ReviewsTableArn"))
    yield Step(
        "it may do nothing else with its table",
        not allowed,
        ", ".join(allowed),
        "dynamodb:* is more than two actions. Which two does least_privilege.py call?",
    )

    allowed = _allowed(trial, ELSEWHERE, trial.output("CustomersTableArn"))
    yield Step(
        "it may not touch the table of customers",
        not allowed,
        ", ".join(allowed),
        "Resource: one table's ARN (!GetAtt ReviewsTable.Arn) in place of the star.",
    )


def _allowed(trial: Trial, actions: tuple[str, ...], resource: str) -> list[str]:
    """Which of the actions the role may do, in IAM's own simulation."""
    answer = trial.client("iam").simulate_principal_policy(
        PolicySourceArn=trial.output("ReviewsRoleArn"), ActionNames=list(actions), ResourceArns=[resource]
    )
    return [row["EvalActionName"] for row in answer["EvaluationResults"] if row["EvalDecision"] == "allowed"]
