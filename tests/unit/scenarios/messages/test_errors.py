"""Errors that say a message."""

from __future__ import annotations

from platforms.errors import Interrupted, NotReachable
from scenarios.messages.catalogue import render
from scenarios.messages.errors import told, words
from scenarios.messages.language import Language
from scenarios.messages.message import Message

STOPPED = Message("error.stopped", signal="Ctrl-C")


def test_an_error_says_its_message_in_every_language() -> None:
    """English by itself, as logs and scripts have it."""
    error = Interrupted(words(Message("error.nothing_changed", why=STOPPED)))

    assert "stopped by Ctrl-C; nothing had been changed" == str(error)
    assert "Ctrl-C로 중지했습니다. 바뀐 것은 없습니다" == render(told(error), Language.KOREAN)


def test_what_a_platform_says_stays_as_it_is() -> None:
    """In the Korean frame too; an error may also say nothing."""
    error = NotReachable("productpage-v1 still serves 3f2a91c")

    assert "productpage-v1 still serves 3f2a91c" == told(error)
    assert "" == told(KeyboardInterrupt())
    assert "productpage-v1 still serves 3f2a91c. 바뀐 것은 없습니다" == render(
        Message("error.nothing_changed", why=told(error)), Language.KOREAN
    )
