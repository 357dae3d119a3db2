"""Template text -> content that remembers its lines. As CloudFormation reads YAML, the last of a repeated key wins."""

from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any

from shoplib import documents
from shoplib.errors import LabError

CACHE_SIZE = 32  # twice the patterns of the shop
TEXT = "tag:yaml.org,2002:str"
NO_TEXTS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool")


def decode(path: Path | str, text: str, lint: str) -> tuple[Any, tuple[str, ...]]:
    """Return the content of a YAML or JSON document with short tags in long form, and warnings (`path:line: ...`).

    LabError names the line that is wrong; `lint` is the command that shows all problems.
    """
    body, warnings = _decode_once(path, text, lint)
    return deepcopy(body), warnings


@lru_cache(CACHE_SIZE)
def _decode_once(path: Path | str, text: str, lint: str) -> tuple[Any, tuple[str, ...]]:
    """A plan, each of the pictures and the comparison of both read the same templates; a copy takes a fifth as long."""
    _require_bounded(path, text)
    import cfnlint.decode
    import yaml
    from cfnlint.decode.cfn_yaml import CfnParseError

    try:
        return _decode_yaml(path, text)
    except (yaml.YAMLError, CfnParseError, ValueError):
        # Also JSON with tabs, which is not YAML; and the library's wording of what is wrong.
        body, problems = cfnlint.decode.decode_str(text)
    if problems:
        problem = problems[0]
        what = f"{path}:{problem.linenumber}: {problem.message}"
        raise LabError(what, f"fix line {problem.linenumber}; `{lint} {path}` shows all problems")
    return body, ()


def _require_bounded(path: Path | str, text: str) -> None:
    """Before anything reads it: a few lines of aliases may stand for more than fits into memory."""
    try:
        documents.require_bounded(text, documents.LARGEST_TEMPLATE)
    except documents.Unbounded as error:
        what = f"{path} is beyond what a template may be: {error}"
        raise LabError(what, "split it into several templates, or write out what its aliases repeat") from None
    except documents.Unreadable:
        return  # cfn-lint says more of where and why


def _decode_yaml(path: Path | str, text: str) -> tuple[Any, tuple[str, ...]]:
    from cfnlint.decode.cfn_yaml import _guard_alias_expansion

    loader = _loader_type()(text, str(path))
    try:
        body = loader.get_single_data()
    finally:
        loader.dispose()
    _guard_alias_expansion(body, str(path))
    lines = [(last.start_mark.line + 1, key) for key, last in loader.repeated]
    return body, tuple(f"{path}:{line}: {key} is repeated; the last value is used" for line, key in lines)


def _loader_type() -> Any:
    """cfn-lint's loader, whose nodes know their lines, without its refusal of repeated keys."""
    import yaml
    from cfnlint.decode import cfn_yaml

    class Loader(cfn_yaml.CfnFullLoader):
        def __init__(self, stream: str, filename: str) -> None:
            super().__init__(stream, filename)
            self.repeated: list[tuple[str, Any]] = []

        def construct_yaml_map(self, node: Any) -> Any:
            last = {_name(key): key for key, _ in node.value}
            self.repeated += [(key.value, last[_name(key)]) for key, _ in node.value if last[_name(key)] is not key]
            node.value = [pair for pair in node.value if last[_name(pair[0])] is pair[0]]
            self.flatten_mapping(node)
            node.value = [(self._as_text(key), value) for key, value in node.value]
            return super().construct_yaml_map(node)

        def _as_text(self, key: Any) -> Any:
            """Keys are text whatever they look like, as where the template is carried out: the `200` of an API."""
            return yaml.ScalarNode(TEXT, key.value, key.start_mark, key.end_mark) if key.tag in NO_TEXTS else key

    Loader.add_constructor("tag:yaml.org,2002:map", Loader.construct_yaml_map)
    Loader.add_multi_constructor("!", cfn_yaml.multi_constructor)
    return Loader


def _name(key: Any) -> Any:
    """By what a key is compared; merges (`<<`) and keys that are no text never repeat one another."""
    is_text = isinstance(key.value, str) and not key.tag.endswith(":merge")
    return (key.tag, key.value) if is_text else id(key)
