"""Faults that the demo must survive, each brought about for real, with what the person at the terminal saw."""
