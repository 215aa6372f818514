"""English and Korean."""

from __future__ import annotations

from dataclasses import fields

import pytest
from flask.testing import FlaskClient
from productpage.texts import ENGLISH, KOREAN
from stub import Backend


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("", None, "en"),
        ("", "ko-KR,ko;q=0.9,en-US;q=0.8", "ko"),
        ("", "en-GB,ko;q=0.5", "en"),
        ("", "fr", "en"),
        ("?lang=ko", None, "ko"),
        ("?lang=en", "ko", "en"),
        ("?lang=xx", "ko", "ko"),
        ("?lang=xx", None, "en"),
    ],
)
def test_language_is_the_one_asked_for(browser: FlaskClient, query: str, accepted: str | None, language: str) -> None:
    """`?lang=` first, then what the browser likes, then English."""
    headers = {"Accept-Language": accepted} if accepted else {}

    page = browser.get(f"/productpage{query}", headers=headers)

    assert f'<html lang="{language}">' in page.text
    assert language == page.headers["Content-Language"]
    assert "Accept-Language" in page.vary


def test_korean_page_speaks_korean(backend: Backend, browser: FlaskClient) -> None:
    """With the slides' words, and the same marks and title."""
    backend.say("details", {}, 500)

    html = browser.get("/productpage?lang=ko").text

    for text in ("로그인", "도서상세", "도서리뷰", "별점없음", KOREAN.details_sorry, "Simple Bookstore App"):
        assert text in html
    assert ENGLISH.details_sorry not in html


def test_signing_in_stays_in_the_language(browser: FlaskClient) -> None:
    """The way back keeps `?lang=`."""
    answer = browser.post(
        "/login?lang=ko", data={"username": "a"}, headers={"Referer": "http://localhost/productpage?lang=ko"}
    )

    assert "/productpage?lang=ko" == answer.location


def test_refusal_is_in_the_language(browser: FlaskClient) -> None:
    """Also an error is read."""
    assert KOREAN.refused["blank"] in browser.post("/login?lang=ko").text


def test_languages_say_the_same_things() -> None:
    """Every table has the same keys in both languages."""
    for field in fields(ENGLISH):
        english, korean = getattr(ENGLISH, field.name), getattr(KOREAN, field.name)
        if isinstance(english, dict):
            assert list(english) == list(korean)
