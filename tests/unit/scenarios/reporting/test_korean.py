"""What a report says in Korean."""

from __future__ import annotations

import string

import pytest

from scenarios.reporting.korean import _PHRASES, _SENTENCES, korean


@pytest.mark.parametrize(
    ("english", "korean_"),
    [
        ("HOLDS", "성립"),
        ("459 requests", "요청 459건"),
        ("sure after 420 of at most 1,580 requests", "최대 1,580건 중 420건에서 판정 확정"),
        ("only 홍길동 sees v3", "홍길동 사용자만 v3 표시"),
        (
            "the rule did not stay in force while the requests were sent: another one was in force in between, on 7 proxies",
            "요청을 보내는 동안 규칙이 유지되지 않음: 그 사이 프록시 7개에 다른 규칙이 적용되었음",
        ),
        (
            "somebody else used the demo: 3 calls were still under way 15 s before the first request",
            "다른 사람이 데모를 사용함: 첫 요청 전 15초를 기다려도 호출 3건이 끝나지 않음",
        ),
        (
            "the witnesses disagree: clients sent 459 requests, the gateway counts 230 fewer",
            "두 증인의 집계가 다름: 클라이언트는 요청 459건을 보냈으나 게이트웨이의 집계는 230건 적음",
        ),
        ("5 of 900 others saw v3", "다른 사용자 900건 중 5건이 v3 관측"),
        (
            "anonymous: v1 12 of 100, allowed 80–97 for 90 %; anonymous: v3 88 of 100, allowed 0 for 0 %",  # noqa: RUF001  # a range
            "익명: v1 100건 중 12건, 90 % 요구에 허용 범위 80–97; 익명: v3 100건 중 88건, 0 % 요구에 허용 범위 0",  # noqa: RUF001  # a range
        ),
    ],
)
def test_a_sentence_keeps_its_figures(english: str, korean_: str) -> None:
    """Numbers and names move to where Korean has them."""
    assert korean_ == korean(english)


@pytest.mark.parametrize("text", ["opennaru", "90,10,0", "", "{0}", "%s", "a: b"])
def test_what_has_no_korean_stays(text: str) -> None:
    """A name is a name, whatever stands in it."""
    assert text == korean(text)


@pytest.mark.parametrize(("english", "korean_"), [*_PHRASES.items(), *_SENTENCES.items()])
def test_nothing_is_lost_in_translation(english: str, korean_: str) -> None:
    """Every figure of a sentence is in its Korean too, which is some."""

    def fields(sentence: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}

    assert korean_
    assert fields(english) == fields(korean_) | ({"hundred", "runs"} & fields(english))
