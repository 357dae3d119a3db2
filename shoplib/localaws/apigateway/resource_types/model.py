"""The common form of this room's CloudFormation types: moto's hooks on one side, three small functions on the other."""

import json
from dataclasses import dataclass
from typing import Any

from moto.apigateway.models import apigateway_backends
from moto.apigatewayv2.models import apigatewayv2_backends
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException, ValidationError
from moto.s3.models import s3_backends

Properties = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Where:
    """The account and region a stack lives in; gives their moto backends."""

    account_id: str
    region: str

    @property
    def rest(self) -> Any:
        return apigateway_backends[self.account_id][self.region]

    @property
    def http(self) -> Any:
        return apigatewayv2_backends[self.account_id][self.region]

    def s3_text(self, location: Any) -> str:
        """Text of the object at a BodyS3Location ({Bucket, Key, Version}) or an s3:// URL."""
        if isinstance(location, str):
            bucket, _, key = location.removeprefix("s3://").partition("/")
            location = {"Bucket": bucket, "Key": key}
        content = s3_backends[self.account_id]["aws"].get_object(location["Bucket"], location["Key"])
        if content is None:
            raise ValidationError(message=f"BodyS3Location s3://{location['Bucket']}/{location['Key']} not found")
        return bytes(content.value).decode()


class Definition:
    """Mixin for types `class X(Definition, CloudFormationModel)`; subclasses fill in TYPE, `define` and the rest.

    `define` creates the thing and returns its Ref; `change` updates it in place and returns the Ref (another one when
    it had to be replaced); `remove` deletes it. `attribute` gives Fn::GetAtt values.
    """

    TYPE = ""
    ID_ATTRIBUTES: tuple[str, ...] = ()

    def __init__(self, ref: str, properties: Properties, where: Where) -> None:
        self.physical_resource_id = ref
        self.properties = properties
        self.where = where

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        raise NotImplementedError(cls.TYPE)

    def remove(self) -> None:
        raise NotImplementedError(self.TYPE)

    def change(self, properties: Properties, name: str) -> str:
        """Types without an update of their own are replaced."""
        self.remove()
        return self.define(properties, self.where, name)

    def attribute(self, name: str) -> str:
        if name in self.ID_ATTRIBUTES:
            return self.physical_resource_id
        raise UnformattedGetAttTemplateException()

    # moto's hooks
    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @classmethod
    def cloudformation_type(cls) -> str:
        return cls.TYPE

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr in cls.ID_ATTRIBUTES

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str, **kwargs: Any
    ) -> "Definition":
        properties, where = cloudformation_json["Properties"], Where(account_id, region_name)
        return cls(cls.define(properties, where, resource_name), properties, where)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: "Definition",
        new_resource_name: str,
        cloudformation_json: Properties,
        account_id: str,
        region_name: str,
    ) -> "Definition":
        properties = cloudformation_json["Properties"]
        ref = original_resource.change(properties, new_resource_name)
        return cls(ref, properties, Where(account_id, region_name))

    def delete(self, account_id: str, region_name: str) -> None:
        self.remove()

    def get_cfn_attribute(self, attribute_name: str) -> str:
        return self.attribute(attribute_name)


def tags_of(properties: Properties) -> dict[str, str]:
    """Tags as a dict, from CloudFormation's list of {Key, Value} or from the map that apigatewayv2 takes."""
    tags = properties.get("Tags") or {}
    return tags if isinstance(tags, dict) else {tag["Key"]: tag["Value"] for tag in tags}


def lower_keys(settings: Any) -> Any:
    """`{"ThrottlingRateLimit": 1}` as the API writes it: `{"throttlingRateLimit": 1}`; one level deep."""
    return {key[:1].lower() + key[1:]: value for key, value in settings.items()} if settings else settings


def document_of(properties: Properties, where: Where) -> Any:
    """OpenAPI document of a Body or BodyS3Location, or None."""
    if properties.get("Body"):
        return properties["Body"]
    if properties.get("BodyS3Location"):
        return where.s3_text(properties["BodyS3Location"])
    return None


def truth(value: Any) -> bool:
    """CloudFormation templates write booleans as true, "true" or "True"."""
    return value.strip().lower() == "true" if isinstance(value, str) else bool(value)


def as_json(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)
