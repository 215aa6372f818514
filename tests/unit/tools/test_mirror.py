"""Tests are found by the name of what they test."""

from __future__ import annotations

from pathlib import PurePath

import pytest

from tools import mirror


def paths(*names: str) -> set[PurePath]:
    return set(map(PurePath, names))


TESTED = paths("platforms/istio/hosts.py", "tests/unit/platforms/istio/test_hosts.py")


@pytest.mark.parametrize(
    "test",
    ["platforms/istio/test_hosts.py", "platforms/test_istio.py", "manifests/test_anything.py", "platforms/helpers.py"],
)
def test_a_test_of_a_module_or_a_package_is_where_it_should_be(test: str) -> None:
    """So is one of a folder in which there is no Python, and what tests share."""
    assert [] == list(mirror.lost_tests({*TESTED, PurePath("tests/unit", test)}))


@pytest.mark.parametrize("test", ["platforms/test_hosts.py", "platforms/istio/test_names.py"])
def test_a_test_of_nothing_is_lost(test: str) -> None:
    """Its module was moved, or it is about more than one."""
    (complaint,) = mirror.lost_tests({*TESTED, PurePath("tests/unit", test)})

    assert complaint.startswith(f"tests/unit/{test}: there is no ")


def test_a_module_has_a_test_or_a_place() -> None:
    """One that has neither is named, with both; entry points and other packages need none."""
    modules = {*TESTED, *paths("platforms/istio/names.py", "scenarios/__main__.py", "bench/table.py")}

    assert [] == list(mirror.untested_modules(modules, {"tests/parity": ["platforms/istio/names"]}))
    (complaint,) = mirror.untested_modules(modules, {})
    assert complaint.startswith("platforms/istio/names.py: no test: write tests/unit/platforms/istio/test_names.py, or")


@pytest.mark.parametrize(
    ("name", "why"), [("platforms/istio/hosts", "has a unit test"), ("platforms/gone", "there is no such module")]
)
def test_a_place_that_is_not_needed_is_told(name: str, why: str) -> None:
    """The list does not outlive what it is about."""
    assert [f"tests/unit/elsewhere.toml: {name}: {why}"] == list(
        mirror.untested_modules(TESTED, {"tests/parity": [name]})
    )


def test_a_place_is_there() -> None:
    """A folder or a file of tests."""
    assert ["tests/unit/elsewhere.toml: tests/gone: not there"] == list(
        mirror.wrong_places({"tests/parity": [], "tests/gone": []})
    )


def test_this_project_keeps_the_rule(capsys: pytest.CaptureFixture[str]) -> None:
    """As `make check` sees it."""
    assert (0, "") == (mirror.main(), capsys.readouterr().out)
