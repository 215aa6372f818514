"""Random objects, ours against istiod's: `python -m tests.parity.differential --runs 20000 --seed 1`.

What differs is printed with its objects, by class (`comparison.py`); exit 1 if anything does that `KNOWN` there does not name.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import click
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from platforms.cli import command_line
from platforms.cli.command_line import TitledCommand, WholeNumber
from platforms.errors import Rejected, Unsupported, UsageError
from platforms.istio.resources import Resource, ResourceSet
from tests.parity.comparison import BASE, Class, differences, known
from tests.parity.mesh import Mesh
from tests.parity.oracle import Answer, oracle, question, served
from tests.parity.questions.entries import ENTRIES
from tests.parity.questions.https import HTTPS
from tests.parity.questions.mixed import mixed
from tests.parity.questions.replicas import REPLICAS
from tests.parity.questions.traffic import TRAFFIC
from tests.parity.questions.wide import wide
from tests.properties.access.policies import POLICIES

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Kind:
    """What random objects are about."""

    objects: st.SearchStrategy[list[Resource]]
    recorded: Path
    """A fixed sample with its answers, for where there is no Go."""


KINDS = {
    "traffic": Kind(TRAFFIC, _FOLDER / "oracle-answers.json.gz"),
    "policies": Kind(POLICIES, _FOLDER / "oracle-answers-policies.json.gz"),
    "https": Kind(HTTPS, _FOLDER / "oracle-answers-https.json.gz"),
    "replicas": Kind(REPLICAS, _FOLDER / "oracle-answers-replicas.json.gz"),
    "entries": Kind(ENTRIES, _FOLDER / "oracle-answers-entries.json.gz"),
}
KINDS["mixed"] = Kind(mixed([kind.objects for kind in KINDS.values()]), _FOLDER / "oracle-answers-mixed.json.gz")


def stored(objects: list[Resource], answer: Answer) -> dict[str, Any]:
    """A question with what is compared of its answer."""
    told = {"served": served(answer)} if answer["accepted"] else {"message": answer["message"]}
    return {
        "objects": [{**one.document(), "created": one.created} for one in objects],
        "answer": {"accepted": answer["accepted"], **told},
    }


def unsupported(resources: ResourceSet) -> str | None:
    """Why ours says that it cannot, if it does."""
    try:
        Mesh.of(resources).translated()
    except Unsupported as error:
        return str(error)
    except Rejected:
        pass
    return None


@dataclass
class Tally:
    """A count of questions and of what differed, printed as it is found."""

    show: int
    """How many questions are printed of every class of differences."""
    counted: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    unable: Counter[str] = field(default_factory=Counter)

    def add(self, objects: list[Resource], resources: ResourceSet, answer: Answer) -> None:
        """Count one question, and print it if its answer differs as no known one does."""
        if reason := unsupported(resources):
            self.unable[reason.split("; ")[0]] += 1
        told = list(differences(resources, answer))
        fresh = [one for one in told if known(one) is None]
        self.counted.update(
            {
                "questions": 1,
                "accepted" if answer["accepted"] else "refused": 1,
                "unsupported": int(reason is not None),
                "known": int(bool(told) and not fresh),
                "differ": int(bool(fresh)),
            }
        )
        self.classes.update({one.of for one in fresh})
        if any(self.classes[one.of] <= self.show for one in fresh):
            for one in objects:
                print(json.dumps({**one.document(), "created": one.created}))
            print(*fresh, sep="\n", end="\n\n", flush=True)

    def summary(self) -> str:
        """Every count, the classes of differences in the order of their weight."""
        return "\n".join(
            (
                *(f"unsupported, {count:,} times: {reason}" for reason, count in self.unable.most_common()),
                *(f"{of}, {self.classes[of]:,} times" for of in get_args(Class) if self.classes[of]),
                ", ".join(f"{count:,} {what}" for what, count in self.counted.items()),
            )
        )


@click.command(cls=TitledCommand, help=__doc__)
@click.option("--runs", type=WholeNumber(1, 100_000_000, example="1000"), default=1000, help="questions; default 1000")
@click.option("--seed", "of", type=int, default=1, help="of the random objects; default 1")
@click.option("--show", type=int, default=5, help="questions that are printed of every class of differences; default 5")
@click.option("--record", is_flag=True, help="keep the questions and answers beside this program")
@click.option("--wide", "as_wide", is_flag=True, help="with fields from the CRDs' schemas, at the edges")
@click.option(
    "--about",
    type=click.Choice([*KINDS]),
    default="traffic",
    help="where calls are led, who may call whom, HTTPS at the gateway, several instances, hosts of ServiceEntries, or two of these in one mesh; default traffic",
)
def differential(runs: int, of: int, show: int, about: str, *, record: bool, as_wide: bool) -> int:
    if as_wide and record:
        raise UsageError("--record keeps the sample of the plain objects: leave out --wide")
    kind = KINDS[about]
    strategy = wide(kind.objects) if as_wide else kind.objects
    tally = Tally(show)
    kept: list[dict[str, Any]] = []
    with oracle() as ask:

        @seed(of)
        @settings(
            max_examples=runs,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def compare(objects: list[Resource]) -> None:
            resources = BASE.overlaid(ResourceSet(tuple(objects)))
            answer = ask(question(resources))
            tally.add(objects, resources, answer)
            if record:
                kept.append(stored(objects, answer))

        compare()
    if record:
        kind.recorded.write_bytes(gzip.compress(json.dumps(kept, sort_keys=True).encode(), mtime=0))
    print(tally.summary())
    return 1 if tally.counted["differ"] else 0


if __name__ == "__main__":
    sys.exit(command_line.main(differential, "python -m tests.parity.differential"))
