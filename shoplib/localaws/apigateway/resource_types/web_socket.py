"""CloudFormation types that WebSocket APIs alone have: the responses of their routes and integrations."""

from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.core.common_models import CloudFormationModel

from shoplib.localaws.apigateway.resource_types.model import Definition, Properties, Where


class RouteResponse(Definition, CloudFormationModel):
    TYPE = "AWS::ApiGatewayV2::RouteResponse"
    ID_ATTRIBUTES = ("RouteResponseId",)

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        if properties["RouteResponseKey"] != "$default":
            raise ValidationError(message="RouteResponseKey can only be $default")
        route = where.http.get_route(properties["ApiId"], properties["RouteId"])
        response = route.create_route_response(properties["RouteResponseKey"], None, None)
        _note_change(properties, where)
        return str(response.id)

    def remove(self) -> None:
        route = _part("routes", "RouteId", self)
        if route is not None:
            route.delete_route_response(self.physical_resource_id)
            _note_change(self.properties, self.where)


class IntegrationResponse(Definition, CloudFormationModel):
    TYPE = "AWS::ApiGatewayV2::IntegrationResponse"
    ID_ATTRIBUTES = ("IntegrationResponseId",)

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        integration = where.http.get_integration(properties["ApiId"], properties["IntegrationId"])
        response = integration.create_response(
            content_handling_strategy=properties.get("ContentHandlingStrategy"),
            integration_response_key=properties["IntegrationResponseKey"],
            response_parameters=None,
            response_templates=properties.get("ResponseTemplates"),
            template_selection_expression=properties.get("TemplateSelectionExpression"),
        )
        _note_change(properties, where)
        return str(response.id)

    def remove(self) -> None:
        integration = _part("integrations", "IntegrationId", self)
        if integration is not None:
            integration.responses.pop(self.physical_resource_id, None)
            _note_change(self.properties, self.where)


def _part(collection: str, key: str, resource: Definition) -> Any:
    """The route or integration; None when it, or its API, has gone before."""
    api = resource.where.http.apis.get(resource.properties["ApiId"])
    return getattr(api, collection).get(resource.properties[key]) if api is not None else None


def _note_change(properties: Properties, where: Where) -> None:
    """For stages that deploy automatically; these methods of moto's belong to no API."""
    api = where.http.apis[properties["ApiId"]]
    api.revision = getattr(api, "revision", 0) + 1
