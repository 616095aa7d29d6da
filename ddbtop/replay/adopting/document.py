"""A SAM or CloudFormation template as plain values: YAML or JSON, every short tag in its long form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ddbtop.errors import CannotDo

if TYPE_CHECKING:
    import yaml

_PLAIN = {"Ref": "Ref", "Condition": "Condition"}
"""Short tags whose long form has no `Fn::` before it."""

_TIMESTAMP = "tag:yaml.org,2002:timestamp"


def load_template(path: Path) -> dict[str, Any]:
    """The template's members. Raises `CannotDo`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise CannotDo(f"the template {path} cannot be read: {reason}") from None
    template = _json(text) or _yaml(text, path)
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        raise CannotDo(f"{path} is no SAM or CloudFormation template: it has no Resources")
    return template


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _yaml(text: str, path: Path) -> Any:
    import yaml

    try:
        return yaml.load(text, Loader=_loader())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise CannotDo(f"{path}{line}: this is not YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise CannotDo(f"{path}: this is not YAML that can be read: {error}") from None


def _loader() -> type[yaml.SafeLoader]:
    import yaml

    class Loader(yaml.SafeLoader):
        """Times stay text, as CloudFormation has them."""

        yaml_implicit_resolvers = {  # noqa: RUF012 -- PyYAML's own name and form
            first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
            for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    Loader.add_multi_constructor("!", _construct_tag)
    return Loader


def _construct_tag(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    """`!GetAtt Table.StreamArn` is `{"Fn::GetAtt": ["Table", "StreamArn"]}`; a tag nobody knows is kept as well."""
    import yaml

    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {_PLAIN.get(suffix, f"Fn::{suffix}"): value}
