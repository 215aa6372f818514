"""The rule by which a test is found: `platforms/istio/hosts.py` is tested by `tests/unit/platforms/istio/test_hosts.py`.

What is tested as a whole, in a demo or on a cluster, has a line in `tests/unit/elsewhere.toml` that says where.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePath

from platforms.environment import ROOT

UNIT = PurePath("tests/unit")
ELSEWHERE = ROOT / UNIT / "elsewhere.toml"
TESTED = ("platforms", "scenarios")
"""Every module of these is tested where it is looked for, or said to be tested elsewhere."""
_ENTRY_POINTS = frozenset({"__init__", "__main__"})


def main() -> int:
    """Print which tests and modules do not find each other; returns 1 if any do not."""
    elsewhere = tomllib.loads(ELSEWHERE.read_text(encoding="utf-8"))
    modules = {path.relative_to(ROOT) for path in ROOT.glob("[!.]*/**/*.py")}
    found = [*lost_tests(modules), *untested_modules(modules, elsewhere), *wrong_places(elsewhere)]
    for complaint in found:
        print(complaint)
    return 1 if found else 0


def lost_tests(modules: Collection[PurePath]) -> Iterator[str]:
    """Yield the unit tests that have no module or package; a folder without Python may be tested by any names."""
    folders = {parent for module in modules for parent in module.parents}
    for test in sorted(modules):
        if test.is_relative_to(UNIT) and test.name.startswith("test_"):
            tested = _tested_by(test)
            if tested.parent in folders and tested not in modules and tested.with_suffix("") not in folders:
                yield f"{test}: there is no {tested}: a unit test is called after its module"


def untested_modules(modules: Collection[PurePath], elsewhere: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Yield the modules with neither a unit test nor a place elsewhere, and the places of those that need none."""
    wanted = {
        module.with_suffix("").as_posix(): module
        for module in modules
        if module.parts[0] in TESTED and module.stem not in _ENTRY_POINTS
    }
    tested = {_tested_by(test) for test in modules if test.is_relative_to(UNIT) and test.name.startswith("test_")}
    alone = {name for name, module in wanted.items() if module not in tested}
    placed = {name for names in elsewhere.values() for name in names}
    for name in sorted(alone - placed):
        test = UNIT / PurePath(name).with_name(f"test_{PurePath(name).name}.py")
        yield f"{wanted[name]}: no test: write {test}, or say in {UNIT}/elsewhere.toml where it is tested"
    for name in sorted(placed - alone):
        yield f"{UNIT}/elsewhere.toml: {name}: {'has a unit test' if name in wanted else 'there is no such module'}"


def wrong_places(elsewhere: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Yield the places that are not there."""
    for place in elsewhere:
        if not (ROOT / place).exists():
            yield f"{UNIT}/elsewhere.toml: {place}: not there"


def _tested_by(test: PurePath) -> PurePath:
    return test.relative_to(UNIT).with_name(test.name.removeprefix("test_"))


if __name__ == "__main__":
    sys.exit(main())
