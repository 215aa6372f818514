"""Measuring instruments: load generators, instant backends, memory readings."""
