"""Pages as texts: made once for what they show, and never shown for anything else."""

from __future__ import annotations

from itertools import product

from flask import Flask
from productpage.book import Details, Review, Reviews
from productpage.rendering import MOST_KEPT, Render, renderer
from productpage.settings import Settings

DETAILS = Details((("pages", "200"),))


def render_of(pod: str = "productpage-v1-1") -> Render:
    return renderer(Flask("productpage").jinja_env, Settings(pod=pod))


def reviews(version: str, stars: int | None) -> Reviews:
    return Reviews(f"reviews-{version}-1", "", (Review("Reader", "Good.", stars, "black" if stars else ""),))


def test_every_value_that_a_page_shows_makes_another_text() -> None:
    """No language, end user, details or reviews is taken for another, in whichever order pages are asked for."""
    render = render_of()
    shown = list(
        product(
            ("en", "ko"), ("", "Ann"), (None, DETAILS), (None, reviews("v1", None), reviews("v2", 4), reviews("v2", 5))
        )
    )

    def texts() -> list[bytes]:
        return [
            render("productpage.html", language, end_user=end_user, details=details, reviews=said)
            for language, end_user, details, said in shown
        ]

    first = texts()

    assert (len(shown) > MOST_KEPT, len(set(first)), texts()[::-1]) == (True, len(shown), first[::-1])


def test_same_values_are_not_rendered_again() -> None:
    """Equal values, made anew by every request, find the text that is there."""
    render = render_of()

    one, other = (
        render("productpage.html", "en", end_user="", details=Details((("pages", "200"),)), reviews=reviews("v2", 4))
        for _ in range(2)
    )

    assert one is other


def test_each_app_has_texts_of_its_own() -> None:
    """Two apps in one process are two pods."""
    one, other = (render_of(pod)("index.html", "en", end_user="") for pod in ("pod-a", "pod-b"))

    assert (b"pod-a" in one, b"pod-b" in other) == (True, True)
