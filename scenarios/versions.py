"""The three versions of reviews, as the audience knows them."""

from __future__ import annotations

VERSIONS = ("v1", "v2", "v3")
STARS = {"v2": "black", "v3": "red"}
NAMES = {"v1": "v1 no stars", "v2": "v2 black stars", "v3": "v3 red stars"}
