"""Random regular expressions with one thing wrong at most, and what Go says of them.

`python -m tests.parity.regex.sample` asks it anew, with Go, for the answers in answers.json; with a number, it asks for so
many others and prints where ours differs.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess  # noqa: TID251  # Go runs only here, by hand
import sys
from collections.abc import Iterator
from pathlib import Path

from platforms.istio.validation import regex

FOLDER = Path(__file__).parent
ANSWERS = FOLDER / "answers.json"

_RIGHT = r"""
a b 0 /reviews/ . ^ $ | - , : < > = ! & ] } {,3} {x} _ é 한 한+ é? é-한 😀{2} a* b+ 0? a*? b+? 0?? a{2} a{2,} a{2,3}? a{0} a{00} a{1000}
(a) (?:b) (|a) () (?:)* (?i) (?i:a) (?s-i:.) (?U)a+ (?-i) (?ii) (?P<n>a) (?P<m>b) (?<n>a) (a{10}){100} ((a){100}){10}
[a-z] [^a] []a] [^]] [-a] [a-] [\d-z] [[:alpha:]] [[:^digit:]-] [:alpha:] [\pL] [\x00-\x{ff}] [é-한] [\-\]] [[] [\x{100}]
\d \D+ \w \s* \b \B \A \z \n \t \. \* \- \/ \_ \x41 \x{41} \x{10FFFF} \0 \12 \123 \777 \Qx+(\E \Q\E \pL \PN \p{Greek} \P{^Lu} \p{Any}
\p{L}{2} \PN{100} (\p{L}x){300} (?:abc){900}
""".split()  # noqa: SIM905  # a line of them reads better than a column
_WRONG = r"""
( (?: (?i: (?P<n> ) [ [^ [a [z-a] [b-a-] [[:nope:]] [a-\d] [\8] [\Q] \ \8 \1 \Z \G \K \E \C a\C+ [\C] \é \c \e \u0041 \xg \x4 \x{ \x{} \x{4 \x{110000}
\p \p{ \p{} \p{L \p{Nope} \p{Letter} \p{greek} \pz \Pz \pl \pé * + ? {2} (*) a|* a** a++ a*+ a{2}{3} a{2}* a?{2}? a{1001} a{2,1} a{1001}? a{1,1001}
a{99999999999} a{1,99999999999} (a{1000}){1000} ((a{100}){10}){2} (?=a) (?!a) (?<=a) (?<!a) (?<=a>b) (?<a (?P<a (?P=n) (?P>n) (?#a) (?z) (?i-) (?-) (?^)
(?'n'a) (?P<>a) (?<>a) (?P<n-m>a) (?P<한>a) (?<é>a) (?P< \pL{1000} (\pL){1000} (?:\PN{10}){100}
""".split()  # noqa: SIM905


def expressions(count: int, seed: int) -> Iterator[str]:
    """Every part alone, and `count` random ones."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    yield from _RIGHT + _WRONG
    for _ in range(count):
        parts = chance.choices(_RIGHT, k=chance.choice((1, 2, 3, 5)))
        if chance.random() < 0.6:
            parts.insert(chance.randint(0, len(parts)), chance.choice(_WRONG))
        yield "".join(parts)


def differs(expression: str, answer: str) -> bool:
    """Whether ours says otherwise than Go, where it has something to say for Istio's webhook."""
    ours = regex.complaint(expression, "uri")
    said = ours.removeprefix('"uri": ').partition("; Istio uses")[0]
    return said != answer and not (not ours and regex.unreadable(expression))


def _asked(questions: list[str]) -> list[str]:
    lines = "".join(f"{json.dumps(text)}\n" for text in questions)
    go = shutil.which("go") or "go"
    done = subprocess.run((go, "run", "."), cwd=FOLDER, input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def main(count: int) -> None:
    """Write the answers, or compare so many more."""
    questions = list(dict.fromkeys(expressions(count or 1000, seed=count)))
    answers = zip(questions, _asked(questions), strict=True)
    if not count:
        lines = (json.dumps(pair, ensure_ascii=False) for pair in answers)
        ANSWERS.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
        return
    for expression, answer in answers:
        if differs(expression, answer):
            print(f"{expression!r}: {answer}; ours: {regex.complaint(expression, 'uri')}")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
