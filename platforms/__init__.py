"""Platforms for the demo: a running Bookinfo whose routing obeys Istio resources."""

from __future__ import annotations

from platforms.environment import hand_over

hand_over()  # before the first import of a package that a plain `python` may lack
