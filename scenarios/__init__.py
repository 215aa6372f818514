"""The scenarios: episodes of a service mesh, each with a proof."""

from __future__ import annotations

from platforms.environment import hand_over

hand_over()  # before the first import of a package that a plain `python` may lack
