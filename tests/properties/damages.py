"""Damage to a document: one of its values replaced by another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def put(document: Any, path: Sequence[int], value: Any) -> None:
    """Replace the value that the path leads to; a number beyond a list or an object counts on from its begin.

    The path is numbers, and not drawn from the document: no two runs leave documents of the same length.
    """
    holder = document
    for step in path:
        keys = sorted(holder) if isinstance(holder, dict) else range(len(holder))
        last, key = holder, keys[step % len(keys)]
        holder = holder[key]
        if not holder or not isinstance(holder, dict | list):
            break
    last[key] = value
