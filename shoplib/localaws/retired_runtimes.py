"""Runtimes with which AWS neither creates nor updates functions any more, and what it recommends in their place.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html#runtimes-deprecated
"""

NODE, DOTNET, RUBY, PYTHON = "nodejs18.x", "dotnet6", "ruby3.2", "python3.12"
SUCCESSORS = {
    **dict.fromkeys(("dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1"), DOTNET),
    "go1.x": "provided.al2023",
    "java8": "java21",
    **dict.fromkeys(("nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x"), NODE),
    "nodejs12.x": NODE,
    "nodejs14.x": "nodejs20.x",
    "provided": "provided.al2023",
    **dict.fromkeys(("python2.7", "python3.6", "python3.7"), PYTHON),
    **dict.fromkeys(("ruby2.5", "ruby2.7"), RUBY),
}


def objection(runtime: str) -> str:
    """In AWS's words; empty for a runtime that is not retired."""
    if runtime not in SUCCESSORS:
        return ""
    return (
        f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions. "
        f"We recommend you use the new runtime ({SUCCESSORS[runtime]}) while creating or updating functions."
    )
