"""Lists and maps in queries of SQS, as AWS takes them: moto 5.2.5 leaves them out.

A list of one item may stand without its number, as in SQS's own examples; a map under its member's name
(`MessageAttributes.1.Name`) as well as under its older one (`MessageAttribute.1.Name`).

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
"""

from typing import Any

from moto.core.parse import UNDEFINED, QueryParser

from shoplib.localaws.moto_patches import Method, wrap


def install() -> None:
    wrap(QueryParser, "_parse_list", _with_the_unnumbered)
    wrap(QueryParser, "_parse_structure", _with_maps_by_member)


def _with_the_unnumbered(original: Method) -> Method:
    def parse_list(parser: Any, shape: Any, node: Any, prefix: str = "") -> Any:
        parsed = original(parser, shape, node, prefix)
        if parsed is not UNDEFINED or not shape.is_flattened:
            return parsed
        name = parser._get_serialized_name(shape.member, prefix.rpartition(".")[2])
        item = parser._parse_shape(shape.member, node, ".".join([*prefix.split(".")[:-1], name]))
        return UNDEFINED if item is UNDEFINED else [item]

    return parse_list


def _with_maps_by_member(original: Method) -> Method:
    def parse_structure(parser: Any, shape: Any, query: Any, prefix: str = "") -> Any:
        parsed = original(parser, shape, query, prefix)
        members = {} if parsed is UNDEFINED else parsed
        for name, member in shape.members.items():
            if member.type_name == "map" and parser._is_shape_flattened(member) and name not in members:
                value = parser._parse_map(member, query, f"{prefix}.{name}" if prefix else name)
                members |= {} if value is UNDEFINED else {name: value}
        return members or UNDEFINED

    return parse_structure
