"""Texts in YAML, and what sigs.k8s.io/yaml, by which kubectl reads, makes of them.

`python -m tests.parity.yaml.sample` asks it anew, with Go, for the answers in answers.json; with a number, it asks for so
many random texts besides and prints where ours differs.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess  # noqa: TID251  # Go runs only here, by hand
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from platforms.istio.reading import scalars
from platforms.istio.reading.documents import Unreadable, documents

FOLDER = Path(__file__).parent
ANSWERS = FOLDER / "answers.json"

_SCALARS = """
0 1 7 00 010 08 0_8 0o10 0O7 0o8 0o 0x1f 0X1F 0xg 0x 0x_f +0x1f -0x1f 0b101 0B11 0b12 0b 0b+1 0b-1 -0b11 +0b1 1_000 _1 1_
1__0 12:30 12:30:45 1:20.5 1e3 1E3 1e-1 1e+2 1E1 0.1e1 090 1.5e3 3e0 e3 0e0 .5 .5e2 5. 5.e1 . .e1 -. + - -1 +1 -0 -0.0 +.5
-.5 1.5_5 .5_0 +.5_0 ._5 .5__0 -.inf .inf .Inf .INF +.inf .iNf .nan .NaN .NAN nan inf Infinity NaN y n Y N yes no Yes No
YES NO on off On Off ON OFF true false True False TRUE FALSE tRue null Null NULL ~ nUll = << 2026-08-27 2026-8-7
2001-12-14t21:59:43.10-05:00 2001-12-14_1 1e400 -1e400 1e-400 9223372036854775807 9223372036854775808
18446744073709551615 18446744073709551616 +9223372036854775808 -9223372036854775808 -9223372036854775809
0x7fffffffffffffff 0xffffffffffffffff 0x1ffffffffffffffff 0777777777777777777777777 1e21 1e20
123456789012345678901234567890 0.1 1.0 100.0 1.10 123456.5 1234567.5 1e5 1e6 1e-4 1e-5 1e39 a 1a 1.2.3 1,000 \u0661
""".split()  # noqa: SIM905  # a line of them reads better than a column
_TAGGED = [
    *("", "'5'", '"5"', "'y'", '"null"', "''", "! 5", "!foo 5", "!!str", "!!str 5", "!!str ~", "!!int", "!!int 5"),
    *("!!int '5'", "!!int 1.5", "!!int 0x1f", "!!int y", "!!float 5", "!!float 1e3", "!!float .inf", "!!float '12:30'"),
    *("!!float 18446744073709551615", "!!bool yes", "!!bool n", "!!bool 1", "!!null ''", "!!null x", "!!null ~"),
    *("!!binary aGk=", "!!binary 'a b'", "!!binary /w==", "!!timestamp 2026-08-27", "!!timestamp x", "!!set {a}"),
    *("!!omap [a: 1]", "!!map {a: 1}", "!!seq [1]", "!!python/name:os.system x", "!!python/object:os.system {}"),
    *("!!merge <<", "!!value =", "[]", "{}", "[~]", "[[1], {y: n}]"),
]
_WHOLE = [
    "a: &a {x: 1, z: 2}\nb: {<<: *a, z: 3}",
    "a: &a {x: 1, z: 2}\nb: {z: 3, <<: *a}",
    "a: &a {x: 1}\nb: &b {x: 2}\nc: {<<: [*a, *b]}",
    "a: &a {x: 1}\nb: {<<: *a, <<: {z: 1}}",
    "a: &a {x: 1}\nb: {'<<': *a}",
    "a: &a [x]\nb: {<<: *a}",
    "a: &a {x: [1]}\nb: *a\nc: *a",
    "a: &a 1\nb: &a 2\nc: *a",
    "a: &a [&a 1, 2]\nb: *a",
    "a: &a {b: &a 1}\nc: *a\nd: {<<: {e: *a}}",
    "a: *a",
    "&a b: *a",
    "a: &a {b: *a}",
    "? [a, b]\n: 1",
    "? {a: b}\n: 1",
    "a: |\n  x\n  y\nb: >-\n  x\n  y\n",
    "a: 'x\n  y'\nb: \"x\\ty\"",
    'a: "\\ud800"',
    "\ta: b",
    "a:\tb",
    "a: b\tc",
    '{"a":\n\t1}',
    "a: b # c\n#d",
    "a: b#c",
    "a: [1, 2,]",
    "a: {b, c: }",
    "- a\n-b",
    "a: @x",
    "a: `x`",
    "a: %x",
    "a: x\0y",
    "%YAML 1.1\n---\na: y",
    "a: b\n...\n",
    "a: b\r\nc: d\r\n",
    "'a': 1\n\"b\": 2",
    "a b: c d",
    "a: b: c",
    "a: -\nb: ?",
    "- - - 1\n",
    "x: {a: 1, b}",
]  # fmt: skip
_CHARACTERS = "0123456789" * 3 + "eE.+-_xXbBoO:afyYnN~=<"


def texts(count: int, seed: int) -> Iterator[str]:
    """The written ones and `count` random scalars, each as a value, a key and an item."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    made = ("".join(chance.choices(_CHARACTERS, k=chance.randint(1, 9))) for _ in range(count))
    yield from _WHOLE
    for scalar in (*_SCALARS, *_TAGGED, *made):
        yield from (f"a: {scalar}", f"{scalar}: 1", f"- {scalar}", f"{{a: {scalar}}}")


def value(answer: str) -> Any:
    """The JSON of an answer, with numbers as Kubernetes keeps them."""
    return json.loads(
        answer,
        parse_int=lambda digits: scalars.number(int(digits)),
        parse_float=lambda digits: scalars.number(float(digits)),
    )


def ours(text: str) -> Any:
    """What we make of a text's first document."""
    return next(iter(documents(text)), None)


def _asked(questions: list[str]) -> list[dict[str, str]]:
    lines = "".join(f"{json.dumps(text)}\n" for text in questions)
    go = shutil.which("go") or "go"
    done = subprocess.run((go, "run", "."), cwd=FOLDER, input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def main(count: int) -> None:
    """Write the answers, or compare so many more."""
    questions = list(texts(count or 400, seed=count))
    answers = [answer.get("json") for answer in _asked(questions)]
    if not count:
        lines = (json.dumps(pair, ensure_ascii=False) for pair in zip(questions, answers, strict=True))
        ANSWERS.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
        return
    for text, answer in zip(questions, answers, strict=True):
        try:
            found = ours(text)
        except Unreadable as error:
            if answer is not None:
                print(f"{text!r}: {answer}; ours: {error}")  # noqa: T201
            continue
        if answer is None or value(answer) != found:
            print(f"{text!r}: {answer}; ours: {found!r}")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
