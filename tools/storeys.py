"""Storeys for import-linter, one of which is named by a list in the code instead of by a second one in pyproject.toml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import grimp
from importlinter.contracts.layers import Layer, LayersContract, ModuleTail
from importlinter.domain.contract import ContractCheck
from importlinter.domain.helpers import module_expressions_to_modules

_MARK = "listed in "


class StoreysContract(LayersContract):
    """Layers in which `listed in registry` stands for each module that `registry` imports from beside itself.

    A module that has a storey of its own is none of them. One that is on no list has no storey, and `exhaustive` tells.
    """

    type_name = "storeys"

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001  # import-linter's
        given: Any = self  # its fields are declared as what parses them
        containers = {one.name for one in module_expressions_to_modules(graph, given.containers)}
        given.layers = _named(given.layers, containers, graph)
        return super().check(graph, verbose)


def _named(layers: Sequence[Layer], containers: set[str], graph: grimp.ImportGraph) -> list[Layer]:
    """The layers with the names of the modules that are listed."""
    own = {tail.name for layer in layers for tail in layer.module_tails}

    def named(layer: Layer) -> Layer:
        mark = next((tail.name for tail in layer.module_tails if tail.name.startswith(_MARK)), None)
        if mark is None:
            return layer
        listed = {
            module.rpartition(".")[2]
            for container in containers
            for module in graph.find_modules_directly_imported_by(f"{container}.{mark.removeprefix(_MARK)}")
            if module in graph.find_children(container)
        }
        return replace(layer, module_tails={ModuleTail(name) for name in listed - own})

    return [named(layer) for layer in layers]
