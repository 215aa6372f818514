"""Rules of the Common Expression Language, on values."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.istio.schema import expressions

PREFIX = 'self.all(key, key.split("/")[0].size() < 253)'


@pytest.mark.parametrize(
    ("rule", "value", "said"),
    [
        ("self.filter(f, f.type == 'CORS').size() <= 1", [{"type": "CORS"}], None),
        ("self.filter(f, f.type == 'CORS').size() <= 1", [{"type": "CORS"}] * 2, ""),
        ("!(has(self.a) && duration(self.a) > duration('1s'))", {"a": "1500ms"}, ""),
        ("!(has(self.a) && duration(self.a) > duration('1s'))", {}, None),
        (PREFIX, {"example.com/name": ""}, None),
        ("size(self.a) > 0 || size(self.b) > 0", {"a": []}, "no such key: b evaluating rule: "),
        (PREFIX, {f"{'a' * 253}/name": ""}, ""),
    ],
)
def test_a_rule(rule: str, value: Any, said: str | None) -> None:
    """As an API server reads it, with the functions that Kubernetes adds; a missing field is a fault of its own."""
    assert said == expressions.complaint(rule, value)


def test_a_value_of_a_wrong_type_is_left_to_the_schema() -> None:
    """A rule is no place to learn that a list is a number."""
    assert expressions.complaint("self.filter(f, f.type == 'CORS').size() <= 1", 5) is None
