"""The function that a request to moto's Lambda names in its path, whichever way it names it."""

from urllib.parse import unquote

from moto.awslambda.responses import LambdaResponse

from shoplib.localaws.functions.moto_types import Function
from shoplib.localaws.functions.targets import FunctionName


def name_of(request: LambdaResponse) -> FunctionName:
    """As name, partial or full ARN, with its qualifier from there or from the query."""
    function = unquote(request.path.split("/functions/")[1].split("/")[0])
    qualifier = request.querystring.get("Qualifier", [None])[0]
    return FunctionName.parse(function, request.region, request.current_account, qualifier)


def latest_of(request: LambdaResponse) -> Function:
    """Its $LATEST. Raises moto's UnknownFunctionException."""
    return request.backend.get_function(name_of(request).name)
