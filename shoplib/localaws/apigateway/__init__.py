"""API Gateway's data plane: deployed REST and HTTP APIs of moto's state answer HTTP requests as on AWS: see README.md.

`gateway.Gateway` and `function_urls.FunctionUrls` are its endpoints, `resource_types` its CloudFormation types.
"""
