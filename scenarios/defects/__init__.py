"""Defects of a mesh, planted in a running demo to see that the scenarios catch them."""
