"""The storey of what is on a list, such as the scenarios in their registry."""

from __future__ import annotations

import grimp
import pytest

from tools.storeys import StoreysContract

LISTED = [("registry", "cart"), ("registry", "till"), ("registry", "parts"), ("cart", "parts")]


def is_kept(*more: tuple[str, str], modules: tuple[str, ...] = ()) -> bool:
    """Tell whether a shop keeps its storeys, with these imports and modules as well."""
    graph = grimp.ImportGraph()
    for name in ("shop", *(f"shop.{name}" for name in ("registry", "cart", "till", "parts", *modules))):
        graph.add_module(name)
    for importer, imported in (*LISTED, *more):
        graph.add_import(importer=f"shop.{importer}", imported=f"shop.{imported}")
    layers = ["registry", "listed in registry", "parts"]
    options = {"type": "storeys", "containers": ["shop"], "layers": layers, "exhaustive": "True"}
    return StoreysContract("The storeys", {"root_packages": ["shop"]}, options).check(graph, verbose=False).kept


def test_whatever_is_on_the_list_has_its_storey() -> None:
    """One more on the list is one line there, and none in pyproject.toml."""
    assert is_kept()
    assert is_kept(("registry", "gift"), ("gift", "parts"), modules=("gift",))


def test_what_is_on_no_list_has_none() -> None:
    """A module that somebody forgot to put on the list is told."""
    assert not is_kept(modules=("gift",))


@pytest.mark.parametrize("upwards", [("cart", "till"), ("parts", "till"), ("cart", "registry")])
def test_the_storey_is_one_as_any_other(upwards: tuple[str, str]) -> None:
    """Those on the list do not know each other, and nothing below knows them."""
    assert not is_kept(upwards)
