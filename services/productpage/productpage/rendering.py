"""The templates as texts: what a text shows decides what it says, so one that was made for the same is said again."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache

from jinja2 import Environment

from productpage import assets
from productpage.book import AUTHOR, MOST_STARS, TITLE, WIKIPEDIA, marks
from productpage.settings import Settings
from productpage.texts import LANGUAGES

MOST_KEPT = 16
"""Texts; three versions of reviews in two languages, for somebody signed in and for nobody, are twelve."""

Render = Callable[..., bytes]


def renderer(environment: Environment, settings: Settings) -> Render:
    """Compile the templates, and return what renders one by its name, a language's code and the values that it shows."""
    environment.globals.update(
        asset=assets.url,
        author=AUTHOR,
        backends=settings.backends,
        languages=tuple(LANGUAGES.values()),
        marks=marks,
        most_stars=MOST_STARS,
        pod=settings.pod,
        title=TITLE,
        wikipedia=WIKIPEDIA,
    )
    templates = {name: environment.get_template(name) for name in environment.list_templates()}

    @lru_cache(maxsize=MOST_KEPT)
    def render(template: str, language: str, **shown: Hashable) -> bytes:
        # JSON can say half a character, UTF-8 cannot.
        return templates[template].render(t=LANGUAGES[language], **shown).encode(errors="replace")

    return render
