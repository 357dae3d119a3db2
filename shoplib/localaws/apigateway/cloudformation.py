"""CloudFormation types of this room. Importing this module makes moto know them: it finds its models by subclass."""

from shoplib.localaws.apigateway import (
    cloudformation_domains,
    cloudformation_http,
    cloudformation_rest,
    cloudformation_rest_parts,
)
from shoplib.localaws.apigateway.cloudformation_model import Definition

MODULES = (cloudformation_rest, cloudformation_rest_parts, cloudformation_http, cloudformation_domains)
TYPES: dict[str, type[Definition]] = {
    model.TYPE: model
    for module in MODULES
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, Definition) and model.TYPE
}
