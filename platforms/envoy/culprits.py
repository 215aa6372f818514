"""The object behind what an Envoy refuses, which itself names no more than the setting."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from platforms.envoy.translate import Snapshot
from platforms.errors import DemoError
from platforms.istio.resources import Resource, ResourceSet

_MOST = 30
"""So many objects are left out one by one; of more, only those that say what is quoted."""
_NAMED = 3
_WORD = re.compile(r"[^\s'\"`:;,()<>]{3,}")


def blamed(proxy: str, reason: str, resources: ResourceSet, made: Callable[[ResourceSet], Snapshot]) -> str:
    """The refusal of a proxy as a sentence about the object, and the field, that is behind it; `made` translates.

    An object is behind it if the proxy would be sent something else without it. Of several it is the one that says most
    of what the reason quotes, if one does.
    """
    refused = f"the Envoy of {proxy} refuses it: {reason}"
    quoted = set(_WORD.findall(reason))
    suspects = [one for one in resources if not one.is_baselines]
    if len(suspects) > _MOST:
        suspects = [one for one in suspects if _best(one, quoted)[0]][:_MOST]
    sent = made(resources).proxies[proxy]
    suspects = [one for one in suspects if _sent_without(one, proxy, resources, made) != sent]
    if not suspects:
        return refused
    found = [(one, *_best(one, quoted)) for one in suspects]
    most = max(said for _, said, _ in found)
    closest = [(one, path) for one, said, path in found if said == most]
    if len(closest) > 1:
        named = ", ".join(str(one) for one, _ in closest[:_NAMED])
        more = f" and {len(closest) - _NAMED} more" if len(closest) > _NAMED else ""
        return f"one of {named}{more}: {refused}"
    ((culprit, path),) = closest
    return f"{culprit}: {f'{path}: ' if path else ''}{refused}"


def _sent_without(one: Resource, proxy: str, resources: ResourceSet, made: Callable[[ResourceSet], Snapshot]) -> Any:
    """The configuration that a proxy would be sent without an object; None where there would be none."""
    try:
        return made(ResourceSet(tuple(other for other in resources if other is not one))).proxies[proxy]
    except DemoError:
        return None


def _best(one: Resource, quoted: set[str]) -> tuple[int, str]:
    """The number of quoted words that a field says, and its path, of the field that says most; empty for none."""
    best, path = 0, ""
    for where, text in _texts(one.spec, "spec"):
        said = sum(word in text for word in quoted)
        if said > best:
            best, path = said, where
    return best, path


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, f"{path}[{number}]")
    else:
        yield path, str(value)
