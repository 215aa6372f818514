"""The data about the shapes of Istio's objects are those of the Istio that the oracle is built from."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from platforms.istio.schema.crds import DATA
from tests.parity.oracle import CRDS
from tools.crds import written

SOURCE = json.loads(DATA.read_text(encoding="utf-8"))["source"]


def test_the_data_are_of_the_istio_of_the_oracle() -> None:
    """One version of Istio for both: a newer one needs `make crds` and `make oracle`."""
    asked_for = (Path(__file__).parent / "oracle" / "go.mod").read_text(encoding="utf-8")

    assert re.findall(r"\tistio\.io/istio .*", asked_for) == [f"\t{SOURCE}"]


@pytest.mark.skipif(not CRDS.exists(), reason="Istio's CRDs are not here: `make oracle` fetches them, with Go")
def test_the_data_are_what_the_crds_say() -> None:
    """Nobody has edited them."""
    assert DATA.read_text(encoding="utf-8") == written(CRDS.read_text(encoding="utf-8"), SOURCE)
