"""Every sentence in both languages."""

from __future__ import annotations

import ast
import itertools
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from platforms.environment import ROOT
from scenarios.messages.catalogue import catalogue, render
from scenarios.messages.language import Language
from scenarios.messages.message import Message, Value
from scenarios.messages.particles import PAIRS

ENGLISH, KOREAN = catalogue(Language.ENGLISH), catalogue(Language.KOREAN)
KEYS = sorted(ENGLISH)
NAME = "홍길동"
"""What stands for a name: no Latin letter of a Korean sentence comes from a field."""
SAMPLES: dict[str, tuple[Value, ...]] = {
    "count": (0, 1, 2, 1_234_567),
    "percent": ("0", "1/1000000", "1/3", "1", "999999/1000000"),
    "points": ("1/200", "1/100", "1/20", "1/2"),
    "in_100": ("1/1000", "1/100", "31/10000", "1"),
    "range": ((0, 0), (80, 97), (999, 1_000_000)),
    "ms": (0, 0.4, 21, 12_345.6),
    "seconds": (0, 1, 3.5, 15.0),
    "tenths": (0.04, 1, 12_345.67),
    "hundredths": (0, 1.234, 12_345.678),
    "whole": (0, 0.5, 12_345.6),
    "text": (NAME, "", Message("who.anonymous"), (NAME, NAME), (), 1_234),
}
KOREANS_SAY = re.compile(
    r"`[^`]*`|--[a-z-]+|\bend-user\b|\bv[123]\b|\b(HTTP|UTF-8|Locust|pid|mTLS|YAML|JSON|JUnit|Istio|Bookinfo|Job|Wald|sourceLabels|Clopper-Pearson|ms|p50|p95|p99)\b|%p"
    r"|\b(abort|delay|outage|opennaru|bookinfo|local|kubernetes|kind|http://host:port|(?:report|junit)\.(?:json|xml|html))\b|-v+\b",
    re.ASCII,
)
"""Commands, options, headers, versions, units, whom to thank, and what has no other name in Korean."""
MADE = {"count", "verdict", "health", "scenario", "fault", "app", "table", "help", "reports"}
"""Sections whose keys are made of a name."""
MADE_KEYS = {
    *("page.before", "page.during", "page.after"),
    *(f"zero_trust.arrow_{state}" for state in ("taken", "opened", "closed", "doubted")),
    *("zero_trust.taken", "zero_trust.denied", "zero_trust.cut", "zero_trust.impostor", "zero_trust.plain_text"),
    *("controls.answer", "controls.after", "controls.scenario", "controls.defect"),
}


def places(sentence: str) -> dict[str, str]:
    """The fields of a sentence, each with the kind of figure that it is."""
    return {name: _kind(spec or "") for _, name, spec, _ in string.Formatter().parse(sentence) if name}


def _kind(spec: str) -> str:
    if "#" in spec:
        return "count"
    return "text" if {"", "and", "or", "sentences", *PAIRS}.issuperset(spec.split(" ")) else spec


def messages(key: str) -> Iterator[Message]:
    """The message with small, large and odd figures, one after the other."""
    kinds = places(ENGLISH[key])
    longest = max((len(SAMPLES[kind]) for kind in kinds.values()), default=1)
    for number in range(longest):
        yield Message(key, **{name: SAMPLES[kind][number % len(SAMPLES[kind])] for name, kind in kinds.items()})


def test_both_languages_say_the_same_things() -> None:
    """No key is left out."""
    assert ENGLISH.keys() == KOREAN.keys()


@pytest.mark.parametrize("key", KEYS)
def test_no_figure_is_lost_on_the_way(key: str) -> None:
    """The places of a sentence are those of the other, with the same kind of figure in each.

    A bare place says of itself what it is: by number in English is one that Korean, which has no plural, leaves alone.
    """
    english, korean = places(ENGLISH[key]), places(KOREAN[key])

    assert english.keys() == korean.keys()
    for name, kind in korean.items():
        assert english[name] in ({"text", "count"} if kind == "text" else {kind})


@pytest.mark.parametrize("key", KEYS)
def test_every_message_is_said_in_both_languages(key: str) -> None:
    """Whatever its figures are: no place is left open, and nothing is empty that is not empty itself."""
    for message, language in itertools.product(messages(key), Language):
        said = render(message, language)

        assert said or places(ENGLISH[key])
        assert not re.search(r"[{}#]|\bNone\b", said)


@pytest.mark.parametrize("key", KEYS)
def test_korean_is_korean(key: str) -> None:
    """No English word is left but what has no other name: commands, options, versions."""
    for message in messages(key):
        left = KOREANS_SAY.sub("", render(message, Language.KOREAN))

        assert not re.search("[A-Za-z]", left), left
    words = KOREANS_SAY.sub("", re.sub(r"{[^}]*}", "", ENGLISH[key]))
    assert re.search("[가-힣]", KOREAN[key]) or not re.search("[A-Za-z]", words)


def test_a_sentence_may_contain_a_semicolon() -> None:
    """And is one sentence all the same: a slow machine accuses nobody, in either language."""
    late = Message("reason.late", on_time=95, within=1.0, took=1.04)
    told = Message("reason.late_always", late=late, usual=1.23)

    assert render(told, Language.ENGLISH) == (
        "95 of 100 pages were to come within 1 s, and took up to 1.0 s; but they took up to 1.2 s before there was a fault:"
        " this machine is too slow to tell"
    )
    assert render(told, Language.KOREAN) == (
        "페이지 100개 중 95개는 1초 안에 와야 하지만 1.0초까지 걸렸습니다."
        " 그러나 장애 전에도 1.2초까지 걸렸으므로, 이 컴퓨터는 느려서 판단할 수 없습니다"
    )


def test_an_instance_that_was_replaced_is_named_in_korean_too() -> None:
    """With what it was and what it is now, a semicolon between them or not."""
    replaced = Message("change.replaced", name="details-v1", was="pid 1", now="pid 2")
    doubt = Message("doubt.changed", changes=[Message("change.gone", name="reviews-v2"), replaced])

    assert render(doubt, Language.KOREAN) == (
        "요청을 보내는 동안 플랫폼이 바뀌었습니다:"
        " reviews-v2가 사라졌습니다, details-v1이 교체되었습니다 (이전 pid 1, 현재 pid 2)"
    )
    assert render(doubt, Language.ENGLISH) == (
        "the platform changed while the requests were sent: reviews-v2 is gone, details-v1 was replaced (pid 1; now pid 2)"
    )


def test_a_sentence_is_not_taken_for_another_that_begins_alike() -> None:
    """`31 of 300 …` is said of attempts that failed, and of visitors who saw something."""
    hidden = Message("doubt.hidden", n=31, attempts=300, app=Message("app.reviews"))
    leak = Message("reason.leak", seen=31, of=300, group=Message("who.others"), outcome="v3")

    assert render(hidden, Language.KOREAN) == (
        "온전해 보이는 페이지 뒤에서 도서리뷰 호출 300건 중 31건이 실패하여 재시도되었습니다:"
        " 방문자가 본 것과 실제 요청의 결과가 다릅니다"
    )
    assert render(leak, Language.KOREAN) == "다른 사용자 300건 중 31건에서 v3가 보였습니다"


def _code() -> Iterator[Path]:
    """The modules that say something: those of the scenarios, and of the stage."""
    return (path for folder in ("scenarios", "stage") for path in (ROOT / folder).rglob("*.py"))


def said() -> set[str]:
    """Every key that stands in the code as it is."""
    found: set[str] = set()
    for path in _code():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    for path in (ROOT / "scenarios" / "reporting" / "templates").iterdir():
        found |= set(re.findall(r'message\("([a-z_]+\.[a-z_0-9]+)"', path.read_text()))
    return found


def written() -> set[str]:
    """Every key with which a message is made."""
    return {
        node.args[0].value
        for path in _code()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Message"
        and isinstance(node.args[0], ast.Constant)
    }


def test_every_message_has_its_sentence() -> None:
    """What is said is in the catalogues."""
    assert set() == written() - ENGLISH.keys()


def test_no_sentence_is_left_over() -> None:
    """What nobody says any more is taken out."""
    assert set() == {key for key in ENGLISH.keys() - said() - MADE_KEYS if key.partition(".")[0] not in MADE}
