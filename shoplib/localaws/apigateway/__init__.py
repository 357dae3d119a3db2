"""API Gateway's data plane: deployed REST and HTTP APIs of moto's state answer HTTP requests as on AWS."""

from shoplib.localaws.apigateway.gateway import Gateway

__all__ = ["Gateway"]
