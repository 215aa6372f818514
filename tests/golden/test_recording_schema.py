"""The published schema of recordings is what the events are."""

from __future__ import annotations

import json

import pytest

from scenarios.events.line import SCHEMA, schema


def test_the_published_schema_is_that_of_the_events(request: pytest.FixtureRequest) -> None:
    """Whoever changes an event changes the schema with it, and sees that a reader elsewhere is concerned."""
    if request.config.getoption("--update-golden", default=False):
        SCHEMA.write_text(json.dumps(schema(), indent=1) + "\n", encoding="utf-8")

    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == schema()
