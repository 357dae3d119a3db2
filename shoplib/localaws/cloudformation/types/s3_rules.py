"""Bucket configurations whose spelling in a template and in the S3 API differ."""

from typing import Any

from shoplib.localaws.cloudformation.resource_providers import Properties

NOTIFICATIONS = (
    ("LambdaConfigurations", "LambdaFunctionConfigurations", "Function", "LambdaFunctionArn"),
    ("QueueConfigurations", "QueueConfigurations", "Queue", "QueueArn"),
    ("TopicConfigurations", "TopicConfigurations", "Topic", "TopicArn"),
)
RULE_FILTERS = ("Prefix", "TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan")


def lifecycle(value: Any) -> Properties:
    return {"Rules": [_lifecycle_rule(rule) for rule in value["Rules"]]}


def _lifecycle_rule(rule: Properties) -> Properties:
    shaped: Properties = {"Status": rule["Status"], "Filter": _filter(rule)}
    if "Id" in rule:
        shaped["ID"] = rule["Id"]
    if "AbortIncompleteMultipartUpload" in rule:
        shaped["AbortIncompleteMultipartUpload"] = rule["AbortIncompleteMultipartUpload"]
    expiration = _expiration(rule)
    if expiration:
        shaped["Expiration"] = expiration
    return shaped | _transitions(rule) | _noncurrent(rule)


def _filter(rule: Properties) -> Properties:
    filters = {name: rule[name] for name in RULE_FILTERS if name in rule}
    tags = filters.pop("TagFilters", [])
    if len(tags) + len(filters) > 1:
        return {"And": {**filters, **({"Tags": tags} if tags else {})}}
    return {"Tag": tags[0]} if tags else filters or {"Prefix": ""}


def _expiration(rule: Properties) -> Properties:
    names = {
        "ExpirationInDays": "Days",
        "ExpirationDate": "Date",
        "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker",
    }
    return {names[name]: rule[name] for name in names if name in rule}


def _transitions(rule: Properties) -> Properties:
    names = {"TransitionInDays": "Days", "TransitionDate": "Date"}
    transitions = [*rule.get("Transitions", []), *([rule["Transition"]] if "Transition" in rule else [])]
    shaped = [{names.get(name, name): value for name, value in each.items()} for each in transitions]
    return {"Transitions": shaped} if shaped else {}


def _noncurrent(rule: Properties) -> Properties:
    names = {"TransitionInDays": "NoncurrentDays"}
    shaped: Properties = {}
    if "NoncurrentVersionExpirationInDays" in rule:
        shaped["NoncurrentVersionExpiration"] = {"NoncurrentDays": rule["NoncurrentVersionExpirationInDays"]}
    if "NoncurrentVersionExpiration" in rule:
        shaped["NoncurrentVersionExpiration"] = rule["NoncurrentVersionExpiration"]
    transitions = [*rule.get("NoncurrentVersionTransitions", [])]
    transitions += [rule["NoncurrentVersionTransition"]] if "NoncurrentVersionTransition" in rule else []
    if transitions:
        shaped["NoncurrentVersionTransitions"] = [
            {names.get(name, name): value for name, value in each.items()} for each in transitions
        ]
    return shaped


def notifications(value: Any) -> Properties:
    shaped: Properties = {}
    for source, target, property, argument in NOTIFICATIONS:
        if value.get(source):
            shaped[target] = [_notification(each, property, argument) for each in value[source]]
    if "EventBridgeConfiguration" in value:
        shaped["EventBridgeConfiguration"] = {}
    return shaped


def _notification(each: Properties, property: str, argument: str) -> Properties:
    shaped: Properties = {argument: each[property], "Events": [each["Event"]]}
    if "Filter" in each:
        shaped["Filter"] = {"Key": {"FilterRules": each["Filter"]["S3Key"]["Rules"]}}
    return shaped


def website(value: Any) -> Properties:
    shaped: Properties = {}
    if "IndexDocument" in value:
        shaped["IndexDocument"] = {"Suffix": value["IndexDocument"]}
    if "ErrorDocument" in value:
        shaped["ErrorDocument"] = {"Key": value["ErrorDocument"]}
    if "RedirectAllRequestsTo" in value:
        shaped["RedirectAllRequestsTo"] = value["RedirectAllRequestsTo"]
    rules = value.get("RoutingRules")
    if rules:
        names = {"RedirectRule": "Redirect", "RoutingRuleCondition": "Condition"}
        shaped["RoutingRules"] = [{names.get(name, name): item for name, item in rule.items()} for rule in rules]
    return shaped
