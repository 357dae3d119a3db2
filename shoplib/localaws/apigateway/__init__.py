"""API Gateway's data plane: deployed REST and HTTP APIs of moto's state answer HTTP requests as on AWS."""

# Importing the types is what makes CloudFormation know them: it finds its models by subclass.
from shoplib.localaws.apigateway.cloudformation import TYPES as CLOUDFORMATION_TYPES
from shoplib.localaws.apigateway.function_urls import FunctionUrls
from shoplib.localaws.apigateway.gateway import Gateway

__all__ = ["CLOUDFORMATION_TYPES", "FunctionUrls", "Gateway"]
