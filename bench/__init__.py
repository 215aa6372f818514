"""Figures beside their targets: `python -m bench`."""
