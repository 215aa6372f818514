"""What `mesh.apply` is given: files, folders, texts and objects, told apart into what declares services, rules, and the rest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platforms.cli.own_rules import is_of_istio
from platforms.cli.rule_check import line_of_error
from platforms.errors import DemoError, UsageError
from platforms.istio import secrets
from platforms.istio.reading import files
from platforms.istio.resources import Resource, ResourceSet, collected, parse
from platforms.istio.validation.validate import validated
from scenarios.plugin.declared import declares

TEXT = "the YAML of this test"
"""The name of a text in messages."""

Given = Path | str | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GivenObjects:
    """The objects that were given, each where it belongs."""

    declaring: tuple[Resource, ...]
    rules: ResourceSet
    notes: tuple[str, ...]
    """What was set aside."""
    texts: Mapping[str, str]
    """By name, the texts that the objects stood in."""

    def placed(self, error: DemoError) -> DemoError:
        """The error with the line of which it speaks behind the name of the file; as it was, if none is known."""
        return _placed(error, self.texts)


def read(given: Iterable[Given], *, namespace: str, root: Path) -> GivenObjects:
    """Read what was given; raises UsageError, Rejected or Unsupported, with file and line, for what a cluster would refuse.

    A path that leads nowhere from here is taken from `root`.
    """
    texts = dict(_texts(given, root))
    try:
        found = collected(one for name, text in texts.items() for one in parse(text, source=name, namespace=namespace))
        declaring = tuple(one for one in found if declares(one))
        others = [one for one in found if not declares(one)]
        rules = validated(ResourceSet(tuple(one for one in others if _is_rule(one))))
    except DemoError as error:
        raise _placed(error, texts) from error
    notes = tuple(
        f"{one}: set aside: neither a rule nor a Service, nor what runs a version"
        for one in others
        if not _is_rule(one)
    )
    return GivenObjects(declaring, rules, notes, texts)


def _is_rule(one: Resource) -> bool:
    return is_of_istio(one) or secrets.hindrance(one) is None


def _placed(error: DemoError, texts: Mapping[str, str]) -> DemoError:
    said = str(error)
    for name, text in texts.items():
        if said.startswith(f"{name}: ") and (line := line_of_error(error, text)):
            return type(error)(f"{name}:{line}{said.removeprefix(name)}")
    return error


def _texts(given: Iterable[Given], root: Path) -> Iterator[tuple[str, str]]:
    """The name and the text of all that was given; a text of several lines, or with a colon and a blank, is YAML."""
    count = 0
    for one in given:
        if isinstance(one, Path) or (isinstance(one, str) and "\n" not in one and ": " not in one):
            yield from ((_from_here(name), text) for name, text in files.texts([_found(one, root)]))
        elif isinstance(one, str | Mapping):
            count += 1
            text = one if isinstance(one, str) else json.dumps(one)
            yield TEXT if count == 1 else f"{TEXT} ({count})", text
        else:
            raise UsageError(f"{one!a:.100}: no file, folder, YAML text or object")


def _found(given: Path | str, root: Path) -> Path | str:
    """The path as it was given, or below `root` if only there is something."""
    path = root / given
    return path if not Path(given).exists() and path.exists() else given


def _from_here(name: str) -> str:
    path = Path(name)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else name
