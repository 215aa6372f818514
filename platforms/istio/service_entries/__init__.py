"""Hosts that ServiceEntries add to a mesh."""
