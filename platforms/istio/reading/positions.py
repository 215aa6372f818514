"""The line of a text on which that stands of which a message speaks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import yaml

_MARK = re.compile(r"at line (\d+)")
_DOCUMENT = re.compile(r"document (\d+)\b")
_ITEM = re.compile(r", item (\d+)")
_PATH = re.compile(r"\b(?:spec|metadata)(?:\.[\w-]+|\[\d+\])*")
_STEP = re.compile(r"[\w-]+|\[\d+\]")
_NULL = "tag:yaml.org,2002:null"
_BLOCK = "while parsing a block"


def marked_line(said: str) -> int:
    """The line, from 1, at which a text cannot be read, by the message that says so; 0 if it does not tell."""
    marks = _MARK.findall(said)
    # Of a collection that is cut short, YAML names the beginning and the place where it noticed.
    return int(marks[-1 if _BLOCK in said else 0]) if marks else 0


def line_of(said: str, text: str) -> int:
    """The line, from 1, of what a message on an object says; 0 if it does not tell.

    The text must be one that can be read: this reader does not mind how deep it is.
    """
    try:
        documents = list(yaml.compose_all(text, yaml.CSafeLoader))
    except yaml.YAMLError:  # JSON objects in a row, which kubectl reads
        return 0
    if number := _DOCUMENT.search(said):
        return _placed(documents, [int(number[1]), *map(int, _ITEM.findall(said))])
    for document in _objects(documents):
        if re.search(rf"\b{re.escape(_named(document))}(?![\w.-]*\w)", said):
            path = _PATH.search(said)
            return _deepest(document, path[0] if path else "")
    return 0


def line_at(text: str, path: Iterable[str | int]) -> int:
    """The line, from 1, of what stands at this path of a text's first document, or of the nearest thing around it."""
    found: yaml.Node | None = next(iter(yaml.compose_all(text, yaml.CSafeLoader)), None)
    line = 1 if found is None else _line(found)
    for step in path:
        key, found = _child(found, f"[{step}]" if isinstance(step, int) else step)
        if found is None:
            break
        line = _line(key or found)
    return line


def _placed(documents: list[yaml.Node], numbers: list[int]) -> int:
    """The line of a document, or of an item of a list, or of one of a list in it."""
    inside, line = [one for one in documents if one.tag != _NULL], 0
    for number in numbers:
        if number > len(inside):
            break
        line, inside = _line(inside[number - 1]), _items(inside[number - 1])
    return line


def _objects(nodes: Iterable[yaml.Node]) -> Iterator[yaml.MappingNode]:
    """Every object, also those in lists."""
    for node in nodes:
        if items := _items(node):
            yield from _objects(items)
        elif isinstance(node, yaml.MappingNode):
            yield node


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    items = _field(node, "items") if _scalar(_field(node, "kind")).endswith("List") else None
    return items.value if isinstance(items, yaml.SequenceNode) else []


def _named(document: yaml.MappingNode) -> str:
    """An object as messages name it: `VirtualService reviews`."""
    name = _scalar(_field(_field(document, "metadata"), "name"))
    return f"{_scalar(_field(document, 'kind'))} {name}"


def _deepest(node: yaml.Node, path: str) -> int:
    """The line of what stands at the path, or of the nearest thing around it that is there."""
    line = _line(node)
    found: yaml.Node | None = node
    for step in _STEP.findall(path):
        key, found = _child(found, step)
        if found is None:
            break
        line = _line(key or found)
    return line


def _child(node: yaml.Node | None, step: str) -> tuple[yaml.Node | None, yaml.Node | None]:
    """A field of a mapping with its name, or an item of a list."""
    if isinstance(node, yaml.SequenceNode) and step.startswith("["):
        position = int(step[1:-1])
        return (None, node.value[position]) if position < len(node.value) else (None, None)
    return next(((key, value) for key, value in _fields(node) if _scalar(key) == step), (None, None))


def _field(node: yaml.Node | None, name: str) -> yaml.Node | None:
    return next((value for key, value in _fields(node) if _scalar(key) == name), None)


def _fields(node: yaml.Node | None) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from node.value


def _scalar(node: yaml.Node | None) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
