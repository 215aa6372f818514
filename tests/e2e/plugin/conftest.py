"""The plugin as pytest would find it, were it installed."""

from scenarios.plugin.fixture import _mesh, mesh

__all__ = ["_mesh", "mesh"]
