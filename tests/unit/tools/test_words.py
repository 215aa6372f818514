"""The rules of style that no linter knows."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tools import words


def module(text: str) -> dict[Path, ast.Module]:
    return {Path("package/module.py"): ast.parse(text)}


@pytest.mark.parametrize("sentence", ["What the proxies serve.", "Whether it runs.", "How often, and more.", "Which."])
def test_a_docstring_is_no_riddle(sentence: str) -> None:
    """Of no function, method or function within one."""
    code = f'def one():\n    """{sentence}"""\nclass A:\n    def two(self):\n        """{sentence}"""\n'

    assert [
        f"package/module.py:{line}: {name}: begin the docstring with a verb or a noun, not with {sentence.split(maxsplit=1)[0].strip('.')}"
        for line, name in ((1, "one"), (4, "two"))
    ] == list(words.riddles(module(code)))


@pytest.mark.parametrize("sentence", ["Return what the proxies serve.", "The proxies' answers.", "Whatever.", ""])
def test_a_verb_or_a_noun_is_fine(sentence: str) -> None:
    """A word that only begins like a relative one is none, and a class is no function."""
    code = f'def one():\n    """{sentence}"""\nclass A:\n    """What it is."""\n'

    assert [] == list(words.riddles(module(code)))


def test_a_name_has_one_class() -> None:
    """Private ones aside; the places of both are told."""
    code = "class A:\n    pass\nclass _B:\n    pass\n"
    modules = {Path("one.py"): ast.parse(code), Path("other.py"): ast.parse(f"\n{code}")}

    assert ["other.py:2: A: this name has another class too, at one.py:1"] == list(words.shared_names(modules))


@pytest.mark.parametrize(("count", "complaints"), [(12, 0), (13, 1)])
def test_a_folder_has_few_modules(count: int, complaints: int) -> None:
    """A package's own file is none of them, and a folder within is another one."""
    names = [*(f"a/m{number}.py" for number in range(count)), "a/__init__.py", "a/b/m.py"]

    assert complaints == len(list(words.crowded_folders({Path(name): ast.parse("") for name in names})))


@pytest.mark.exhaustive
def test_this_project_keeps_its_rules(capsys: pytest.CaptureFixture[str]) -> None:
    """As `make check` sees it."""
    assert (0, "") == (words.main(), capsys.readouterr().out)
