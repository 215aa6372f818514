"""An event is one line of JSON, which says all of it."""

from __future__ import annotations

import contextlib
import json
from fractions import Fraction
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import canary, fault_ratings, user_routing
from scenarios.events.event import KINDS, Answered, Event, Noted, Opened
from scenarios.events.form import Malformed
from scenarios.events.line import decode, encode, schema
from scenarios.evidence.observation import Observation
from scenarios.run.run import LoadProfile, plan_steps
from scenarios.scenario import Scenario
from tests.unit.scenarios.events.samples import of_each_kind, opened

MARGIN = Fraction(5, 100)
SCENARIOS = [
    canary.COMMAND.build(MARGIN, keep=False, weights="90,10,0"),
    user_routing.COMMAND.build(MARGIN, keep=False, user="홍길동", others=None, as_on_slide=True),
    *(
        fault_ratings.COMMAND.build(MARGIN, keep=False, fault=fault, reviews="v2")
        for fault in ("abort", "delay", "outage")
    ),
]
LINES = [encode(event) for event in of_each_kind()]
CHECKER = jsonschema.Draft202012Validator(schema())
OBSERVATIONS = st.builds(
    Observation,
    end_user=st.text(),
    status=st.integers(0, 599),
    milliseconds=st.floats(0, 1e6),
    marks=st.dictionaries(st.text(), st.text()),
    error=st.text(),
    timed_out=st.booleans(),
    number=st.integers(0, 10**9),
    at=st.floats(0, 1e11),
)


@pytest.mark.parametrize("event", of_each_kind(), ids=lambda event: type(event).__name__)
def test_an_event_survives_its_line(event: Event) -> None:
    """What is read is what was written, in one line that the schema allows."""
    line = encode(event)
    assert len(line.splitlines()) == 1
    assert decode(line) == event
    CHECKER.validate(json.loads(line))


def test_every_kind_is_tried() -> None:
    """No kind of event is left out above."""
    assert {type(event) for event in of_each_kind()} == set(KINDS)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: f"{scenario.name}")
def test_a_scenario_survives_with_its_rules(scenario: Scenario) -> None:
    """Titles, claims and states come back, and a state with its YAML and its revision, which equality does not look at."""
    before = opened()
    event = Opened(
        scenario,
        plan_steps(scenario, LoadProfile()),
        platform="local",
        key="local",
        url=before.url,
        command=before.command,
        started=before.started,
        pid=1,
    )
    line = encode(event)
    read = decode(line)
    assert read == event
    assert isinstance(read, Opened)
    assert [step.state.document() for step in read.scenario.steps] == [step.state.document() for step in scenario.steps]
    assert line == encode(read)
    CHECKER.validate(json.loads(line))


@given(st.lists(OBSERVATIONS))
def test_answers_survive_as_they_were(seen: list[Observation]) -> None:
    """Whatever answers say, also of themselves, is read as it was written, to the last digit."""
    event = Answered(0, tuple(seen))
    assert decode(encode(event)) == event


def test_answers_take_few_bytes() -> None:
    """A million answers are some fifty megabytes, not a gigabyte."""
    page = {"details": "shown", "reviews": "shown", "reviews-version": "v1", "ratings": "off", "review-count": "2"}
    seen = [Observation("", 200, 21.123456789, page, number=n, at=1790000000.1234567 + n) for n in range(1000)]
    assert len(encode(Answered(0, tuple(seen)))) < 60 * len(seen)


@given(st.sampled_from(LINES), st.data())
def test_a_line_that_was_cut_is_refused(line: str, data: st.DataObject) -> None:
    """The beginning of a line is no event."""
    with pytest.raises(Malformed):
        decode(line[: data.draw(st.integers(0, len(line) - 1))])


@given(st.sampled_from(LINES), st.data())
def test_what_is_no_event_is_refused_in_words(line: str, data: st.DataObject) -> None:
    """Whatever stands in the place of any value, either an event is read or the line is refused, and nothing else happens."""
    junk = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=3)
    found = json.loads(line)
    _replace_somewhere(found, data, data.draw(junk | st.just({}) | st.just({"message": "x", "fields": {}})))
    with contextlib.suppress(Malformed):
        assert isinstance(decode(json.dumps(found)), Event)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "nested"),
        ("[]", "no event"),
        ('{"event":["opened"]}', "no event"),
        ('{"event":"opened","version":2}', "version 2; recordings that can be read have version 1"),
        ('{"event":"locked","at":"now"}', "'now' is no number"),
        ('{"event":"locked","at":1,"more":1}', "Locked has no 'more'"),
        ('{"event":"locked","at":1e999}', "JSON has no such number"),
        ('{"event":"locked","at":1000000000000000000000000}', "no run has so large a number"),
        ('{"event":"sent","at":1}', "Sent without answers, logins, seconds, step"),
        ('{"event":"noted","at":1,"text":{"message":"no.such","fields":{}}}', "no words for it"),
    ],
)
def test_a_refusal_says_why(line: str, why: str) -> None:
    """Whoever reads a refused line is told what is wrong with it."""
    with pytest.raises(Malformed, match=f"(?s).*{why}"):
        decode(line)


def test_half_a_character_is_read_as_one_that_can_be_written() -> None:
    """No page breaks at it."""
    assert Noted("\ufffd", at=1.0) == decode('{"event":"noted","at":1,"text":"\\ud800"}')


def _replace_somewhere(found: Any, data: st.DataObject, other: Any) -> None:
    """Put the other value in one place of a document, at any depth."""
    places = list(found) if isinstance(found, dict) else list(range(len(found)))
    place = data.draw(st.sampled_from(places))
    if isinstance(found[place], dict | list) and found[place] and data.draw(st.booleans()):
        _replace_somewhere(found[place], data, other)
    else:
        found[place] = other
