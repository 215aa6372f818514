"""The versions of reviews, and the stars of each."""

from __future__ import annotations

from collections.abc import Mapping

from scenarios.evidence.observation import NO_STARS, WEARS
from scenarios.messages.message import Message, Text

VERSIONS = ("v1", "v2", "v3")
STARS = {version: stars for version, stars in WEARS.items() if stars is not NO_STARS}
NAMES: Mapping[Text, Message] = {
    version: Message("outcome.of_version", version=version, shown=stars) for version, stars in WEARS.items()
}
