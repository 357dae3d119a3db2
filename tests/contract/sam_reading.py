"""Our templates read a second time, straight from the SAM text, as what each part of them says. No code of the product.

A part is a place in the template: a path of keys. A saying is (source, target, kind, verb).
"""

from collections.abc import Iterator
from typing import Any

Saying = tuple[str, str, str, str]
Path = tuple[str | int, ...]

# Receiving from the queue or stream that calls the function, or sending to its own failure destination, is that event.
RECEIVES = {"sqs:ChangeMessageVisibility", "sqs:ReceiveMessage", "sqs:DeleteMessage", "kinesis:GetRecords"}


def parts(body: dict[str, Any]) -> dict[Path, set[Saying]]:
    """Every event source, policy statement, variable and redrive policy, with the connections that it says."""
    found: dict[Path, set[Saying]] = {}
    for id, resource in body["Resources"].items():
        kind, properties = resource["Type"], resource.get("Properties", {})
        if kind == "AWS::Serverless::Function":
            found.update(_function(id, properties))
        if "RedrivePolicy" in properties:
            policy = properties["RedrivePolicy"]
            saying = (
                id,
                _name(policy["deadLetterTargetArn"]),
                "failure",
                f"after {policy['maxReceiveCount']} receives",
            )
            found["Resources", id, "Properties", "RedrivePolicy"] = {saying}
        if said := set(_as_a_whole(id, kind, properties)):
            found["Resources", id] = said
        if kind == "AWS::ApiGatewayV2::Route":
            integration = body["Resources"][_name(properties["Target"])]["Properties"]
            function = _name(integration["IntegrationUri"])
            found["Resources", id] = {(_name(properties["ApiId"]), function, "invoke", properties["RouteKey"])}
        if kind == "AWS::Glue::Table":
            location: Path = ("Resources", id, "Properties", "TableInput", "StorageDescriptor", "Location")
            bucket = _name(properties["TableInput"]["StorageDescriptor"]["Location"])
            found[location] = {(_name(properties["DatabaseName"]), bucket, "reference", "describes")}
        if kind == "AWS::Athena::WorkGroup":
            settings = properties["WorkGroupConfiguration"]["ResultConfiguration"]
            place = ("Resources", id, "Properties", "WorkGroupConfiguration", "ResultConfiguration", "OutputLocation")
            found[place] = {(id, _name(settings["OutputLocation"]), "call", "answers")}
    return found


def _as_a_whole(id: str, kind: str, properties: dict[str, Any]) -> Iterator[Saying]:
    if kind in ("AWS::Serverless::Api", "AWS::Serverless::HttpApi"):
        yield from _api(id, properties)
    if kind == "AWS::ApiGatewayV2::Api":
        yield "Clients", id, "request", "WebSocket"
    if kind.startswith("Custom::"):
        told = [properties["ServiceToken"], *(value for value in properties.values() if "Fn::Sub" in value)]
        yield from ((id, _name(value), "reference", "refers to") for value in told)
    if kind == "AWS::SNS::Subscription":
        yield _name(properties["TopicArn"]), _name(properties["Endpoint"]), "event", "delivers"
    if kind == "AWS::Events::Rule":
        yield from ((id, _name(each["Arn"]), "event", "triggers") for each in properties["Targets"])


def _api(id: str, properties: dict[str, Any]) -> Iterator[Saying]:
    yield "Clients", id, "request", "HTTPS"
    for authorizer in properties.get("Auth", {}).get("Authorizers", {}).values():
        by = authorizer.get("FunctionArn") or authorizer["JwtConfiguration"]["issuer"]
        yield id, _name(by), "authorize", "authorizes"


def _function(id: str, properties: dict[str, Any]) -> Iterator[tuple[Path, set[Saying]]]:
    here: Path = ("Resources", id, "Properties")
    for name, event in properties.get("Events", {}).items():
        yield (*here, "Events", name), set(_event(id, name, event["Type"], event["Properties"]))
    if dead := properties.get("DeadLetterQueue"):
        yield (*here, "DeadLetterQueue"), {(id, _name(dead["TargetArn"]), "failure", "on failure")}
    for path, statement in _statements(here, properties.get("Policies", [])):
        yield path, set(_statement(id, statement))
    for name, value in properties.get("Environment", {}).get("Variables", {}).items():
        # A WebSocket API's connections are posted to with a permission, which its statement says.
        address = isinstance(value, dict) and name.endswith(("_API_URL", "_ENDPOINT")) and "CONNECTIONS" not in name
        yield (*here, "Environment", "Variables", name), {(id, _name(value), "request", "HTTPS")} if address else set()


def _event(function: str, name: str, kind: str, properties: dict[str, Any]) -> Iterator[Saying]:
    if kind in ("Api", "HttpApi"):
        api = _name(properties["RestApiId" if kind == "Api" else "ApiId"])
        yield api, function, "invoke", f"{properties['Method'].upper()} {properties['Path']}"
    elif kind in ("SQS", "Kinesis", "DynamoDB"):
        source = properties["Queue" if kind == "SQS" else "Stream"]
        yield _name(source), function, "event", f"batch {properties['BatchSize']}"
    elif kind == "SNS":
        yield _name(properties["Topic"]), function, "event", "delivers"
    elif kind == "Schedule":
        yield f"{function}{name}", function, "event", "triggers"
    else:
        raise NotImplementedError(f"say here what an event of type {kind} connects")
    failure = properties.get("DestinationConfig", {}).get("OnFailure")
    if failure:
        yield function, _name(failure["Destination"]), "failure", "on failure"


def _statements(here: Path, policies: list[Any]) -> Iterator[tuple[Path, Any]]:
    for index, policy in enumerate(policies):
        path: Path = (*here, "Policies", index)
        if "Fn::If" in policy:
            path, policy = (*path, "Fn::If", 1), policy["Fn::If"][1]
        if "Statement" in policy:
            for at, statement in enumerate(policy["Statement"]):
                yield (*path, "Statement", at), statement
        else:
            yield path, policy


def _statement(function: str, statement: dict[str, Any]) -> Iterator[Saying]:
    if "LambdaInvokePolicy" in statement:
        yield function, _name(statement["LambdaInvokePolicy"]["FunctionName"]), "call", "InvokeFunction"
        return
    for action in (action for action in _list(statement["Action"]) if not action.startswith("kms:")):  # not drawn
        for resource in _list(statement.get("Resource", [])):
            yield function, _name(resource), "call", action


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _name(value: dict[str, Any]) -> str:
    """The one resource or parameter that a Ref, GetAtt or Sub of ours names."""
    if "Ref" in value:
        return str(value["Ref"])
    if "Fn::GetAtt" in value:
        found = value["Fn::GetAtt"]
        return str(found[0] if isinstance(found, list) else found.split(".")[0])
    names = [piece.partition("}")[0] for piece in value["Fn::Sub"].split("${")[1:]]
    (name,) = {name.split(".")[0] for name in names if not name.startswith("AWS::")}
    return str(name)


def connections(sayings: set[Saying]) -> set[Saying]:
    """What a picture shows of `sayings`: a consumer's rights on its own source are part of that event."""
    events = {(target, source) for source, target, kind, _ in sayings if kind == "event"}
    seen = {item for item in sayings if not (item[3] in RECEIVES and item[:2] in events)}
    return {(source, target, kind, verb.rpartition(":")[2]) for source, target, kind, verb in seen}


def without(body: dict[str, Any], path: Path) -> None:
    """Take one part out; whatever is empty then goes with it."""
    *folders, last = path
    holder: Any = body
    for key in folders:
        holder = holder[key]
    del holder[last]
    # A conditional policy has three parts by position; one that lost its statements says nothing.
    if not holder and folders and folders[-1] in ("Statement",):
        _empty_policy(body, folders[:-1])


def _empty_policy(body: dict[str, Any], path: list[str | int]) -> None:
    position = path[: path.index("Policies") + 2]
    holder: Any = body
    for key in position[:-1]:
        holder = holder[key]
    del holder[position[-1]]
