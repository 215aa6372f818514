"""Rules of one's own: put in force, added to, taken away, and told from what stands beside them in a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from platforms.bookinfo import baseline
from platforms.boundary import State
from platforms.cli import own_rules
from platforms.demo.applied_rules import AppliedRules
from platforms.errors import Unsupported, UsageError
from tests.fakes import FakePlatform
from tests.unit.platforms.istio.secret_texts import encoded, pair, secret

RULE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: %s}
spec: {hosts: [%s], http: [{route: [{destination: {host: %s, subset: v1}}]}]}
"""
ROUTE = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: mine}
spec: {parentRefs: [{group: '', kind: Service, name: reviews}], rules: [{backendRefs: [{name: reviews-v1, port: 9080}]}]}
"""
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: reviews}\nspec: {ports: [{port: 9080}]}\n"


@pytest.fixture(autouse=True)
def run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOKINFO_RUN", str(tmp_path / "run"))


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with FakePlatform(lag=0) as fake:
        yield fake


def file(folder: Path, host: str) -> str:
    """A file with a rule for the host."""
    path = folder / f"{host}.yaml"
    path.write_text(RULE % (host, host, host))
    return str(path)


def apply(platform: FakePlatform, *files: str, add: bool = False) -> own_rules.Applied:
    return own_rules.apply(own_rules.read(files), platform, "a test", add=add)


def names(platform: FakePlatform) -> list[str]:
    return [one.name for one in own_rules.in_force(platform)]


def test_a_second_apply_says_what_it_drops(platform: FakePlatform, tmp_path: Path) -> None:
    """A tutorial in steps adds; here the first step goes, unless it is asked to stay."""
    reviews, ratings = file(tmp_path, "reviews"), file(tmp_path, "ratings")
    first = apply(platform, reviews)
    assert ["reviews"] == names(platform)
    second = apply(platform, ratings)
    assert ["ratings"] == names(platform)
    again = apply(platform, ratings)

    dropped = f"no longer in force: {reviews}: VirtualService reviews; `apply --add` would have kept it"
    assert (False, True, False) == tuple(dropped in one.remarks.notes for one in (first, second, again))


def test_added_rules_stay_beside_what_was_there(platform: FakePlatform, tmp_path: Path) -> None:
    """The older is the older, as on a cluster; one of the same name is replaced, and no older for that."""
    for host in ("reviews", "ratings", "reviews"):
        applied = apply(platform, file(tmp_path, host), add=True)
        assert not any("no longer" in note for note in applied.remarks.notes)

    assert ["ratings", "reviews"] == names(platform)
    assert platform.in_force == platform.applied[-1]
    assert {one.key for one in own_rules.in_force(platform)} <= {one.key for one in platform.in_force.resources}


def test_what_is_deleted_goes_and_the_rest_stays(platform: FakePlatform, tmp_path: Path) -> None:
    """With the last one the baseline is back; what is not there is no reason to take the others."""
    reviews, ratings = file(tmp_path, "reviews"), file(tmp_path, "ratings")
    apply(platform, reviews, ratings)
    own_rules.delete([ratings], platform, "a test")
    assert ["reviews"] == names(platform)
    with pytest.raises(UsageError, match=r"VirtualService ratings: not in force.*; in force: .*VirtualService reviews"):
        own_rules.delete([reviews, ratings], platform, "a test")
    assert ["reviews"] == names(platform)
    own_rules.delete([reviews], platform, "a test")

    assert [] == names(platform)
    assert State(baseline()) == platform.in_force
    with pytest.raises(UsageError, match="in force: nothing of your own is"):
        own_rules.delete([reviews], platform, "a test")


def test_what_another_command_has_put_there_is_nobodys_own(platform: FakePlatform, tmp_path: Path) -> None:
    """After a scenario or a reset the rules of before are not in force any more, whatever the file says."""
    apply(platform, file(tmp_path, "reviews"))
    platform.apply(State(baseline()))
    assert [] == names(platform)
    apply(platform, file(tmp_path, "ratings"), add=True)
    assert ["ratings"] == names(platform)
    own_rules.reset(platform, "a test")

    assert not AppliedRules.of(platform.key).path.exists()


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"resources": [{}], "stopped": []}'])
def test_a_file_that_cannot_be_read_is_as_good_as_none(platform: FakePlatform, tmp_path: Path, damage: str) -> None:
    """The proxies serve what they serve; it is only not known whose it is."""
    apply(platform, file(tmp_path, "reviews"))
    AppliedRules.of(platform.key).path.write_text(damage)

    assert [] == names(platform)


def test_what_is_no_rule_is_set_aside(platform: FakePlatform, tmp_path: Path) -> None:
    """A tutorial's file has a Service and a Deployment beside the rule; the rule is what people came for."""
    path = tmp_path / "all.yaml"
    canary = "apiVersion: flagger.app/v1beta1\nkind: Canary\nmetadata: {name: reviews}\nspec: {}\n"
    path.write_text("---\n".join((SERVICE, RULE % ("reviews", "reviews", "reviews"), canary)))
    applied = apply(platform, str(path))

    assert ["reviews"] == names(platform)
    assert (
        "set aside, since Bookinfo has Services and workloads of its own: Canary reviews, Service reviews"
        in applied.remarks.notes
    )


ONE_VERSION = """
apiVersion: v1
kind: Service
metadata: {name: reviews-v1}
spec: {ports: [{port: 9080}], selector: {app: reviews, version: v1}}
"""


def test_a_service_for_one_version(platform: FakePlatform, tmp_path: Path) -> None:
    """It comes into force beside the HTTPRoute that leads there; one that selects nothing is set aside with the reason."""
    path = tmp_path / "all.yaml"
    path.write_text("---\n".join((ONE_VERSION, SERVICE.replace("name: reviews", "name: shop"), ROUTE)))
    applied = apply(platform, str(path))

    assert ["mine", "reviews-v1"] == names(platform)
    aside = "Bookinfo has Services and workloads of its own, and this one adds none: its selector selects no workload"
    assert f"set aside, since {aside}: Service shop" in applied.remarks.notes


def test_a_class_of_gateways(platform: FakePlatform, tmp_path: Path) -> None:
    """It often stands beside a Gateway of the Gateway API, and Istio has its own already."""
    path = tmp_path / "all.yaml"
    path.write_text(
        f"apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {{name: istio}}\n---\n{ROUTE}"
    )
    applied = apply(platform, str(path))

    assert ["mine"] == names(platform)
    assert "set aside, since Istio brings its classes of Gateways along: GatewayClass istio" in applied.remarks.notes


def test_a_cluster_keeps_its_services() -> None:
    """There `kubectl apply` makes them."""
    own = own_rules.parsed(f"{ONE_VERSION}---{ROUTE}", "x.yaml")

    assert own is own_rules.on(own, "local")
    assert ["mine"] == [one.name for one in own_rules.on(own, "kubernetes").resources]
    assert (
        own_rules.on(own, "kubernetes").notes[0].startswith(f"set aside, since {own_rules.CLUSTERS_OWN['Service']}: ")
    )
    with pytest.raises(
        UsageError, match=r"x\.yaml: Service reviews-v1: nothing to do on platform kubernetes: a demo in a"
    ):
        own_rules.on(own_rules.parsed(ONE_VERSION, "x.yaml"), "kubernetes")


HTTPS = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: door}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 443, name: a, protocol: HTTPS}, hosts: ['*'], tls: {mode: SIMPLE, credentialName: shop}}]
"""


def test_a_secret_goes_along_to_a_cluster() -> None:
    """With the Gateway that names it."""
    own = own_rules.parsed(f"{secret(*map(encoded, pair()))}---{HTTPS}", "x.yaml")

    assert own is own_rules.on(own, "kubernetes")
    assert not [one for one in own_rules.dry_run(own, "kubernetes").notes if "shop" in one]


def test_a_door_of_its_own_is_not_asked_in_a_cluster() -> None:
    """Nobody here could tell what its proxies serve."""
    text = ROUTE.replace("group: '', kind: Service, name: reviews", "name: door")
    with pytest.raises(Unsupported, match=r"spec.parentRefs\[0\]: not supported on platform kubernetes: istiod gives"):
        own_rules.dry_run(own_rules.parsed(text, "x.yaml"), "kubernetes")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (SERVICE, "no Istio object in there, only Service reviews"),
        ("# nothing", "no Istio object in there$"),
        (RULE.replace("istio.io", "istio") % ("a", "a", "a"), "kind VirtualService .* is not supported"),
        (
            "apiVersion: gateway.networking.k8s.io/v2\nkind: HTTPRoute\nmetadata: {name: a}\nspec: {}",
            "no matches for kind .HTTPRoute. in version .gateway.networking.k8s.io/v2",
        ),
    ],
)
def test_a_rule_is_never_set_aside(text: str, complaint: str) -> None:
    """Neither one that is misspelt nor one of the Gateway API; and a file without any is an error."""
    with pytest.raises(Exception, match=complaint):
        own_rules.parsed(text, "x.yaml")
