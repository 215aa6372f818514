"""The plugin as pytest would find it, were it installed."""

from bookinfo.mesh_fixture import _mesh, mesh

__all__ = ["_mesh", "mesh"]
