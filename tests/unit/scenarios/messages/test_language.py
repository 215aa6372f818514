"""The language that somebody wants."""

from __future__ import annotations

import pytest

from scenarios.messages.language import Language, of_command, of_environment


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, Language.ENGLISH),
        ({"LANG": "ko_KR.UTF-8"}, Language.KOREAN),
        ({"LANG": "ko"}, Language.KOREAN),
        ({"LANG": "de_DE.UTF-8"}, Language.ENGLISH),
        ({"LANG": "ko_KR.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, Language.ENGLISH),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ko_KR.UTF-8"}, Language.KOREAN),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, Language.ENGLISH),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": ""}, Language.KOREAN),
    ],
)
def test_the_locale_says_it_as_posix_orders_it(environment: dict[str, str], language: Language) -> None:
    """LC_ALL, LC_MESSAGES, LANG; what is empty says nothing."""
    assert language is of_environment(environment)


@pytest.mark.parametrize(
    ("arguments", "language"),
    [
        ([], None),
        (["--lang", "ko"], Language.KOREAN),
        (["--lang=en", "--quiet"], Language.ENGLISH),
        (["--lang", "en", "--lang", "ko"], Language.KOREAN),
        (["--lang", "de"], None),
        (["--lang"], None),
        (["ko"], None),
    ],
)
def test_a_command_says_it_before_it_is_read(arguments: list[str], language: Language | None) -> None:
    """Its last --lang, if that is a language; what is wrong with it is said afterwards."""
    assert language is of_command(arguments)
