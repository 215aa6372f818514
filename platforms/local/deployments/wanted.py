"""The workloads that somebody asks `up` for, read from its options: more instances, and further versions of an app."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from platforms.bookinfo import BOOKINFO
from platforms.errors import UsageError
from platforms.istio.registry import Workload
from platforms.local.deployments.deployment import CONFIGURATION, DEPLOYMENTS, Deployment

MOST_REPLICAS = 100
MOST_INSTANCES = 200
"""How many instances a demo may have in all: each is a program and an Envoy."""
BEHAVIOURS: Mapping[str, tuple[str, ...]] = {
    "productpage": ("v1",),
    "details": ("v1", "v2"),
    "reviews": ("v3", "v1", "v2"),
    "ratings": ("v1", "v-faulty", "v-delayed", "v-unavailable", "v-unhealthy"),
}
"""What each app can be told to be by SERVICE_VERSION; a version that it does not know behaves as the first."""
VARIABLES: Mapping[str, tuple[str, ...]] = {
    "productpage": (),
    "details": ("SERVICE_VERSION",),
    "reviews": ("SERVICE_VERSION", "ENABLE_RATINGS", "STAR_COLOR"),
    "ratings": ("SERVICE_VERSION",),
}
"""The variables that make one version of an app another, beside those that a user of `up` may set for all of them."""

_COUNT = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
_VERSION = re.compile(r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?", re.ASCII)
_LONGEST_VALUE = 200
_EXAMPLE = "as in --workload reviews-v4=reviews:v4,STAR_COLOR=blue"


def deployments(replicas: Sequence[str], workloads: Sequence[str]) -> tuple[Deployment, ...]:
    """Bookinfo with these further workloads, and so many instances of each as these options say.

    `replicas` are texts such as `reviews-v1=3`, `workloads` such as `reviews-v4=reviews:v4,STAR_COLOR=blue`. Raises UsageError.
    """
    found = {one.workload.name: one for one in DEPLOYMENTS}
    for given in workloads:
        further = _further(given)
        if (name := further.workload.name) in found:
            raise UsageError(f"--workload {given!a}: the name {name} is taken; choose another version")
        found[name] = further
    for name, count in _counts(replicas, found):
        found[name] = replace(found[name], replicas=count)
    _check_names(found.values())
    return tuple(found.values())


def _further(given: str) -> Deployment:
    """The workload of one `--workload`."""
    described, *variables = given.split(",")
    name, equals, what = described.partition("=")
    app, colon, version = what.partition(":")
    if not (name and equals and colon):
        raise UsageError(f"--workload {given!a}: not NAME=APP:VERSION, {_EXAMPLE}")
    if app not in BOOKINFO.services:
        raise UsageError(f"--workload {given!a}: there is no app {app!a}; there are {', '.join(BOOKINFO.services)}")
    if not _VERSION.fullmatch(version):
        raise UsageError(
            f"--workload {given!a}: {version!a} is no version: give at most 20 small letters, digits and hyphens, {_EXAMPLE}"
        )
    account = next(one.service_account for one in BOOKINFO.workloads if one.app == app)
    workload = Workload(app, version, account)
    if name != workload.name:
        raise UsageError(f"--workload {given!a}: a workload is named after its app and version: {workload.name}={what}")
    return Deployment(workload, {**_behaviour(app, version), **_environment(given, app, variables)})


def _behaviour(app: str, version: str) -> dict[str, str]:
    known = BEHAVIOURS[app]
    return {"SERVICE_VERSION": version if version in known else known[0]}


def _environment(given: str, app: str, variables: Iterable[str]) -> dict[str, str]:
    """The variables of one `--workload`."""
    allowed, found = sorted((*VARIABLES[app], *CONFIGURATION[app])), dict[str, str]()
    for variable in variables:
        name, equals, value = variable.partition("=")
        if not equals or name not in allowed:
            raise UsageError(f"--workload {given!a}: {name!a} is no variable of {app}; there are {', '.join(allowed)}")
        if name in found:
            raise UsageError(f"--workload {given!a}: {name} is given twice; give it once")
        if not value.isprintable() or not value or len(value) > _LONGEST_VALUE:
            raise UsageError(f"--workload {given!a}: {name}: give 1 to {_LONGEST_VALUE} printable characters")
        if name == "SERVICE_VERSION" and value not in BEHAVIOURS[app]:
            known = ", ".join(sorted(BEHAVIOURS[app]))
            raise UsageError(f"--workload {given!a}: {app} cannot behave as {value!a}; it can as {known}")
        found[name] = value
    return found


def _counts(replicas: Sequence[str], known: Mapping[str, Deployment]) -> Iterator[tuple[str, int]]:
    """The workload and the number of each `--replicas`."""
    named: set[str] = set()
    for given in replicas:
        name, _, count = given.partition("=")
        if name not in known:
            raise UsageError(f"--replicas {given!a}: there is no workload {name!a}; there are {', '.join(known)}")
        if name in named:
            raise UsageError(f"--replicas {given!a}: {name} is named twice; name it once")
        if not _COUNT.fullmatch(count) or int(count) > MOST_REPLICAS:
            raise UsageError(
                f"--replicas {given!a}: give a whole number from 1 to {MOST_REPLICAS}, as in --replicas {name}=3"
            )
        named.add(name)
        yield name, int(count)


def _check_names(found: Iterable[Deployment]) -> None:
    """Refuse two instances of one name, such as the second of `reviews-v1` and the only one of `reviews-v1-2`; and too many."""
    names = [name for one in found for name in one.instances]
    if len(names) > MOST_INSTANCES:
        raise UsageError(
            f"{len(names)} instances were asked for: a demo may have {MOST_INSTANCES} in all; ask for fewer"
        )
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"two instances would be named {twice}; choose another version, or fewer replicas")
