"""Korean particles after words that nobody knows beforehand."""

from __future__ import annotations

import unicodedata

import pytest

from scenarios.messages.particles import with_particle


@pytest.mark.parametrize(
    ("word", "pair", "said"),
    [
        ("홍길동", "은/는", "홍길동은"),
        ("철수", "은/는", "철수는"),
        ("별점만 없음", "이/가", "별점만 없음이"),
        ("opennaru", "을/를", "opennaru를"),
        ("admin", "이/가", "admin이"),
        ("map", "이/가", "map이"),
        ("client", "이/가", "client가"),
        ("v1", "이/가", "v1이"),
        ("v2", "이/가", "v2가"),
        ("도서리뷰 v3", "이/가", "도서리뷰 v3가"),
        ("v3", "으로/로", "v3로"),
        ("서울", "으로/로", "서울로"),
        ("부산", "으로/로", "부산으로"),
        ("철수", "으로/로", "철수로"),
        ("90,10,0", "을/를", "90,10,0을"),
        ("100 %", "을/를", "100 %를"),
        ("메인화면 (v2)", "이/가", "메인화면 (v2)가"),
        ("v1", "이라고/라고", "v1이라고"),
        ("v2", "이라고/라고", "v2라고"),
        ("中村", "은/는", "中村은(는)"),
        ("", "으로/로", "(으)로"),
        ("★", "이라고/라고", "★(이)라고"),
        ("か", "을/를", "か을(를)"),
    ],
)
def test_a_particle_follows_the_sound_of_the_word(word: str, pair: str, said: str) -> None:
    """After a consonant, a vowel or ㄹ; both forms where the sound is unknown."""
    assert said == with_particle(word, pair)


def test_a_name_typed_in_jamo_is_the_same_name() -> None:
    """As a Mac types it."""
    assert "홍길동" != (apart := unicodedata.normalize("NFD", "홍길동"))
    assert with_particle(apart, "은/는").endswith("은")
