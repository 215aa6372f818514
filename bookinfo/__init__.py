"""Every command of the project under one name."""

from __future__ import annotations

from platforms.environment import hand_over

hand_over()  # before the first import of a package that a plain `python` may lack
