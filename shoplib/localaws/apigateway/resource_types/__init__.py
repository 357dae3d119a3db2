"""CloudFormation types of this room. Importing this module makes moto know them: it finds its models by subclass."""

from shoplib.localaws.apigateway.resource_types import domains, http_api, rest, rest_parts, web_socket
from shoplib.localaws.apigateway.resource_types.model import Definition

MODULES = (rest, rest_parts, http_api, web_socket, domains)
TYPES: dict[str, type[Definition]] = {
    model.TYPE: model
    for module in MODULES
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, Definition) and model.TYPE
}
