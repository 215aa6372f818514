"""The workloads that `up` is asked for, and what is said of those that cannot be."""

from __future__ import annotations

import pytest

from platforms.errors import UsageError
from platforms.istio.registry import Workload
from platforms.local.deployments.deployment import DEPLOYMENTS
from platforms.local.deployments.wanted import BEHAVIOURS, MOST_INSTANCES, deployments
from tests.unit.platforms.local.programs.test_workloads import documented_versions


def test_nothing_asked_for() -> None:
    """Without an option it is Bookinfo."""
    assert DEPLOYMENTS == deployments((), ())


def test_replicas() -> None:
    """The first instance bears its workload's name, as if it were alone; a further one has a number."""
    (found,) = (one for one in deployments(["reviews-v1=3"], ()) if one.workload.name == "reviews-v1")

    assert ("reviews-v1", "reviews-v1-2", "reviews-v1-3") == found.instances


def test_a_further_version() -> None:
    """It has the service account of its app, and is told to be what its app knows, but for what is said."""
    *bookinfo, v4, faulty = deployments(
        ["reviews-v4=2"], ["reviews-v4=reviews:v4,STAR_COLOR=a=b", "ratings-v-faulty=ratings:v-faulty,SEED=7"]
    )

    assert DEPLOYMENTS == tuple(bookinfo)
    assert Workload("reviews", "v4", "bookinfo-reviews") == v4.workload
    assert ({"SERVICE_VERSION": "v3", "STAR_COLOR": "a=b"}, 2) == (v4.environment, v4.replicas)
    assert {"SERVICE_VERSION": "v-faulty", "SEED": "7"} == faulty.environment


@pytest.mark.parametrize(
    ("replicas", "workloads", "complaint"),
    [
        ("reviews-v1", "", "'reviews-v1': give a whole number from 1 to 100, as in --replicas reviews-v1=3"),
        ("reviews-v1=0", "", "give a whole number from 1 to 100"),
        ("reviews-v1=-1", "", "give a whole number from 1 to 100"),
        ("reviews-v1=٣", "", "give a whole number from 1 to 100"),
        ("reviews-v1=101", "", "give a whole number from 1 to 100"),
        (f"reviews-v1={'9' * 5000}", "", "give a whole number from 1 to 100"),
        ("reviews-v9=2", "", "there is no workload 'reviews-v9'; there are details-v1,"),
        ("reviews-v1=2 reviews-v1=2", "", "reviews-v1 is named twice"),
        ("reviews-v1=100 reviews-v2=100", "", f"204 instances were asked for: a demo may have {MOST_INSTANCES} in all"),
        ("", "reviews-v4", "'reviews-v4': not NAME=APP:VERSION, as in --workload reviews-v4=reviews:v4"),
        ("", "reviews-v4=reviews", "not NAME=APP:VERSION"),
        ("", "=reviews:v4", "not NAME=APP:VERSION"),
        ("", "", "not NAME=APP:VERSION"),
        ("", "stars-v4=stars:v4", "there is no app 'stars'; there are details, productpage, ratings, reviews"),
        ("", "reviews-=reviews:", "'' is no version"),
        ("", "reviews-../x=reviews:../x", "'../x' is no version"),
        ("", f"reviews-{'v' * 21}=reviews:{'v' * 21}", "at most 20 small letters, digits and hyphens"),
        ("", "canary=reviews:v4", "a workload is named after its app and version: reviews-v4=reviews:v4"),
        ("", "reviews-v1=reviews:v1", "the name reviews-v1 is taken"),
        ("", "reviews-v4=reviews:v4 reviews-v4=reviews:v4", "the name reviews-v4 is taken"),
        ("reviews-v1=2", "reviews-v1-2=reviews:v1-2", "two instances would be named reviews-v1-2"),
        ("", "reviews-v4=reviews:v4,PATH=/tmp", "'PATH' is no variable of reviews; there are CLUSTER_NAME,"),
        ("", "reviews-v4=reviews:v4,STAR_COLOR", "'STAR_COLOR' is no variable of reviews"),
        ("", "reviews-v4=reviews:v4,STAR_COLOR=", "STAR_COLOR: give 1 to 200 printable characters"),
        ("", "reviews-v4=reviews:v4,STAR_COLOR=a\0b", "STAR_COLOR: give 1 to 200 printable characters"),
        ("", "reviews-v4=reviews:v4,STAR_COLOR=a,STAR_COLOR=b", "STAR_COLOR is given twice"),
        ("", "reviews-v4=reviews:v4,SERVICE_VERSION=v4", "reviews cannot behave as 'v4'; it can as v1, v2, v3"),
        ("", "productpage-v2=productpage:v2,SERVICE_VERSION=v1", "'SERVICE_VERSION' is no variable of productpage"),
    ],
)
def test_what_cannot_be(replicas: str, workloads: str, complaint: str) -> None:
    """Each says what was given, what is wrong and what would do."""
    asked_for = workloads.split() if workloads or replicas else [""]
    with pytest.raises(UsageError) as raised:
        deployments(replicas.split(), asked_for)

    assert complaint in str(raised.value)


@pytest.mark.parametrize("app", BEHAVIOURS)
def test_behaviours(app: str) -> None:
    """What an app can be told to be is what its documentation says."""
    assert set(BEHAVIOURS[app]) == documented_versions().get(app, {"v1"})
