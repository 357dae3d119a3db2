"""YAML read as the JSON that AWS makes of it: keys are text whatever they look like (an API's 200), and so are dates
(a policy's version)."""

from typing import Any

import yaml

DATE = "tag:yaml.org,2002:timestamp"


class TextLoader(yaml.SafeLoader):
    """PyYAML's own, but for keys and dates."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        self.flatten_mapping(node)
        return {_text(key): self.construct_object(value, deep=deep) for key, value in node.value}


def _text(key: yaml.Node) -> str:
    if isinstance(key, yaml.ScalarNode):
        return str(key.value)
    raise yaml.constructor.ConstructorError(None, None, "a key is no text", key.start_mark)


TextLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != DATE]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
