"""The stage: the page, the rule in force and the traffic on one screen, live, for the whole of a talk."""

from __future__ import annotations

from platforms.environment import hand_over

hand_over()  # before the first import of a package that a plain `python` may lack
