"""Random objects of two kinds of questions in one mesh: what comes of the one beside the other."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from hypothesis import strategies as st

from platforms.istio.resources import Resource

Objects = st.SearchStrategy[list[Resource]]


def mixed(kinds: Iterable[Objects]) -> Objects:
    """The objects of any two of these."""
    return st.one_of(*(st.tuples(*two).map(_in_one_mesh) for two in combinations(kinds, 2)))


def _in_one_mesh(of: Iterable[list[Resource]]) -> list[Resource]:
    """The objects of all; of two with one name, the last."""
    return list({one.key: one for objects in of for one in objects}.values())
