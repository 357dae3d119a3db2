"""What policies of APIs and authorizers may ask of a request: condition keys, in lower case."""

from shoplib.localaws.apigateway.exchange import Exchange

INVOKE = "execute-api:Invoke"


def facts_of(exchange: Exchange) -> dict[str, str]:
    request = exchange.request
    sent = {"aws:useragent": request.header("user-agent"), "aws:referer": request.header("referer")}
    return {"aws:sourceip": request.source_ip, **{key: value for key, value in sent.items() if value is not None}}
