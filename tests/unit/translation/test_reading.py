"""YAML is read as a cluster reads it."""

from __future__ import annotations

import pytest

from platforms.errors import UsageError
from platforms.resources import parse

HEAD = "apiVersion: v1\nkind: Any\nmetadata: {name: any}\n"


def test_a_date_is_a_text() -> None:
    """What looks like a date stays as it is written; a name is a text whatever it looks like."""
    (resource,) = parse(HEAD + "spec: {day: 2026-08-27, 1: one}", source="x.yaml")

    assert {"day": "2026-08-27", "1": "one"} == resource.spec


def test_a_field_that_is_given_twice_is_an_error() -> None:
    """The last one does not silently win."""
    with pytest.raises(UsageError, match=r'^x\.yaml: not YAML: key "hosts" already set in map'):
        list(parse(HEAD + "spec: {hosts: [a], hosts: [b]}", source="x.yaml"))
