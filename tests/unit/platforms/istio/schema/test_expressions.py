"""Rules of the Common Expression Language, on values."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.istio.schema import expressions

PREFIX = 'self.all(key, key.split("/")[0].size() < 253)'


@pytest.mark.parametrize(
    ("rule", "value", "kept"),
    [
        ("self.filter(f, f.type == 'CORS').size() <= 1", [{"type": "CORS"}], True),
        ("self.filter(f, f.type == 'CORS').size() <= 1", [{"type": "CORS"}] * 2, False),
        ("!(has(self.a) && duration(self.a) > duration('1s'))", {"a": "1500ms"}, False),
        ("!(has(self.a) && duration(self.a) > duration('1s'))", {}, True),
        (PREFIX, {"example.com/name": ""}, True),
        (PREFIX, {f"{'a' * 253}/name": ""}, False),
    ],
)
def test_a_rule(rule: str, value: Any, *, kept: bool) -> None:
    """As an API server reads it, with the functions that Kubernetes adds."""
    assert kept == expressions.holds(rule, value)


def test_a_value_of_a_wrong_type_is_left_to_the_schema() -> None:
    """A rule is no place to learn that a list is a number."""
    assert expressions.holds("self.filter(f, f.type == 'CORS').size() <= 1", 5)
