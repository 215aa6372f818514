"""The three versions of reviews, as the audience knows them."""

from __future__ import annotations

from scenarios.evidence.observation import WEARS

VERSIONS = tuple(WEARS)
STARS = {"v2": "black", "v3": "red"}
NAMES = {version: f"{version} {stars}" for version, stars in WEARS.items()}
