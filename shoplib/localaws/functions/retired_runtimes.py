"""Runtimes with which AWS neither creates nor updates functions any more, and what it recommends in their place.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html#runtimes-deprecated
"""

from moto.awslambda.exceptions import InvalidParameterValueException

SUCCESSORS = {
    "dotnetcore3.1": "dotnet6",
    "go1.x": "provided.al2023",
    "java8": "java21",
    "nodejs12.x": "nodejs18.x",
    "nodejs14.x": "nodejs20.x",
    "provided": "provided.al2023",
    "python3.7": "python3.12",
    "ruby2.7": "ruby3.2",
}


def check(runtime: str) -> None:
    """Raises AWS's InvalidParameterValueException."""
    if runtime in SUCCESSORS:
        raise InvalidParameterValueException(
            f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions. "
            f"We recommend you use the new runtime ({SUCCESSORS[runtime]}) while creating or updating functions."
        )
