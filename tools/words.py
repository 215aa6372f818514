"""The project's own rules of style, which no linter knows: a docstring says what is done, a name has one meaning.

A function's docstring begins with a verb or a noun; a riddle ("What the proxies serve") makes every reader guess the
subject. No two public classes share a name, or a sentence about one is also about the other. A folder has few modules,
so that it can be read as a table of contents.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from platforms.environment import ROOT

PACKAGES = ("bookinfo", "platforms", "scenarios", "stage", "bench", "tools")
SERVICE = "services/productpage/productpage"
"""A project of its own, whose classes nobody takes for those of the packages."""
TESTS = ("tests", "services/productpage/tests")
RIDDLES = frozenset(
    {"How", "That", "What", "When", "Where", "Whether", "Which", "Who", "Whom", "Whose", "Why"},
)
"""Words that no docstring of a function begins with."""
MOST_MODULES = 12

Modules = dict[Path, ast.Module]


def main() -> int:
    """Print what breaks a rule, by file and line; returns 1 if anything does."""
    modules, service, tests = (_modules(folders) for folders in (PACKAGES, (SERVICE,), TESTS))
    code = modules | service
    found = [*riddles(code), *shared_names(modules), *crowded_folders(code | tests)]
    for complaint in found:
        print(complaint)
    return 1 if found else 0


def riddles(modules: Modules) -> Iterator[str]:
    """Yield the functions whose docstring begins with a relative clause."""
    for path, module in modules.items():
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = re.match(r"\w*", ast.get_docstring(node) or "")
                if first and first[0] in RIDDLES:
                    yield f"{path}:{node.lineno}: {node.name}: begin the docstring with a verb or a noun, not with {first[0]}"


def shared_names(modules: Modules) -> Iterator[str]:
    """Yield the names that several public classes have."""
    places: dict[str, list[str]] = defaultdict(list)
    for path, module in modules.items():
        for node in module.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(f"{path}:{node.lineno}")
    for name, found in places.items():
        if len(found) > 1:
            yield f"{found[-1]}: {name}: this name has another class too, at {', '.join(found[:-1])}"


def crowded_folders(modules: Modules) -> Iterator[str]:
    """Yield the folders with more modules than can be read at a glance."""
    counts: dict[Path, int] = defaultdict(int)
    for path in modules:
        counts[path.parent] += path.name != "__init__.py"
    for folder, count in counts.items():
        if count > MOST_MODULES:
            yield f"{folder}: {count} modules, more than {MOST_MODULES}: give what belongs together a folder"


def _modules(folders: Iterable[str]) -> Modules:
    """Parse the modules below these folders; by their paths relative to where the command is run, as an editor wants them."""
    found = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return {_shown(path): ast.parse(path.read_text(encoding="utf-8")) for path in found}


def _shown(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


if __name__ == "__main__":
    sys.exit(main())
