"""A list of one item may stand in a query without its number, as in SQS's own examples: moto 5.2.5 leaves it out.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
"""

from typing import Any

from moto.core.parse import UNDEFINED, QueryParser

from shoplib.localaws.moto_patches import Method, wrap


def install() -> None:
    wrap(QueryParser, "_parse_list", _with_the_unnumbered)


def _with_the_unnumbered(original: Method) -> Method:
    def parse_list(parser: Any, shape: Any, node: Any, prefix: str = "") -> Any:
        parsed = original(parser, shape, node, prefix)
        if parsed is not UNDEFINED or not shape.is_flattened:
            return parsed
        name = parser._get_serialized_name(shape.member, prefix.rpartition(".")[2])
        item = parser._parse_shape(shape.member, node, ".".join([*prefix.split(".")[:-1], name]))
        return UNDEFINED if item is UNDEFINED else [item]

    return parse_list
