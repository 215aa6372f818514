"""Files written for Envoy, and versions read back."""

from __future__ import annotations

import json
from pathlib import Path

from platforms.envoy.access import Access
from platforms.envoy.translate import ProxyConfig
from platforms.istio.access.peer_authentication import MutualTls
from platforms.local.xds import files as xds_files
from platforms.local.xds.files import CLUSTERS, LISTENERS, FileWriter, ResourceFile, Subscription

REVIEWS = "outbound|9080||reviews.bookinfo.svc.cluster.local"
STATS = f"""\
cluster_manager.cds.version_text: "866826d.0a1b2c3d4e5f"
http.outbound_9080.rds.9080.version_text: "9138562.aaaaaaaaaaaa"
http.outbound_8080.rds.http.8080.version_text: "9138562.bbbbbbbbbbbb"
listener_manager.lds.version_text: ""
cluster.{REVIEWS}.something_else: "x"
"""


def content(*names: str) -> ResourceFile:
    return ResourceFile.of(CLUSTERS, [{"name": name} for name in names])


def test_versions() -> None:
    """A proxy's text stats say which version of everything it accepted last."""
    expected = {
        CLUSTERS: "866826d.0a1b2c3d4e5f",
        xds_files.routes("9080"): "9138562.aaaaaaaaaaaa",
        xds_files.routes("http.8080"): "9138562.bbbbbbbbbbbb",
        LISTENERS: "",
    }

    assert expected == xds_files.accepted_versions(STATS)


def test_version_parts() -> None:
    """A version tells people the revision, and the comparison the content."""
    assert ("9138562", "aaaaaaaaaaaa") == (
        xds_files.revision_of("9138562.aaaaaaaaaaaa"),
        xds_files.hash_of("9138562.aaaaaaaaaaaa"),
    )


def test_rejected_updates() -> None:
    """All refused and failed updates of a proxy count."""
    assert 3 == xds_files.rejected_updates("a.update_rejected: 1\nb.update_failure: 2\nc: text\n")


def test_hash() -> None:
    """The order of fields and of resources is no content; a value is."""
    one = ResourceFile.of(CLUSTERS, [{"name": "a", "x": 1}, {"name": "b"}])
    reordered = ResourceFile.of(CLUSTERS, [{"name": "b"}, {"x": 1, "name": "a"}])
    other = ResourceFile.of(CLUSTERS, [{"name": "a", "x": 2}, {"name": "b"}])

    assert one.hash == reordered.hash
    assert one.hash != other.hash


def test_proxy_files() -> None:
    """A proxy is told its routes before the listeners that name them."""
    config = ProxyConfig(
        listeners=({"name": "l"},),
        clusters=({"name": "c"},),
        routes={"9080": {"name": "9080"}},
        access=Access(MutualTls.STRICT, ()),
        namespace="bookinfo",
    )

    assert [Subscription("rds", "9080"), LISTENERS, CLUSTERS] == list(xds_files.proxy_files(config))


def test_with_missing_from() -> None:
    """Of two clusters with one name, the newer stays."""
    old = ResourceFile.of(CLUSTERS, [{"name": "a", "x": 1}, {"name": "b"}])
    new = ResourceFile.of(CLUSTERS, [{"name": "a", "x": 2}, {"name": "c"}])
    both = ResourceFile.of(CLUSTERS, [{"name": "a", "x": 2}, {"name": "b"}, {"name": "c"}])

    assert both == new.with_missing_from(old)


def test_with_endpoints() -> None:
    """A cluster carries the endpoints that stand behind it, or none; one that is not discovered stays as it is."""
    behind = {"clusterName": "a", "endpoints": [{"lbEndpoints": []}]}
    clusters = ResourceFile(
        [
            {"name": "a", "type": "EDS", "edsClusterConfig": {}, "lbPolicy": "RANDOM"},
            {"name": "b", "type": "EDS", "edsClusterConfig": {}},
            {"name": "c", "type": "STATIC"},
        ]
    )
    expected = [
        {"name": "a", "lbPolicy": "RANDOM", "type": "STATIC", "loadAssignment": behind},
        {"name": "b", "type": "STATIC", "loadAssignment": {"clusterName": "b"}},
        {"name": "c", "type": "STATIC"},
    ]

    assert expected == xds_files.with_endpoints(clusters, {"a": behind}).resources


def test_unchanged_file(tmp_path: Path) -> None:
    """A file whose content stays the same is not written again, and keeps the revision that brought the content."""
    files, path = FileWriter(), tmp_path / "clusters.json"
    first = files.write(path, content("a"), revision="1111111")
    before = path.stat()

    assert first == files.write(path, content("a"), revision="2222222")
    assert before == path.stat()


def test_changed_file(tmp_path: Path) -> None:
    """A file whose content changes is replaced as a whole, with a version of its own, and nothing is left beside it."""
    files, path = FileWriter(), tmp_path / "clusters.json"
    files.write(path, content("a"), revision="1111111")
    before = path.stat().st_ino
    version = files.write(path, content("b"), revision="2222222")
    expected = {"version_info": version, "resources": list(content("b").resources)}

    assert expected == json.loads(path.read_text())
    assert before != path.stat().st_ino
    assert [path] == list(tmp_path.iterdir())


def test_back_again(tmp_path: Path) -> None:
    """The same content has the same hash when it comes back."""
    files, path = FileWriter(), tmp_path / "clusters.json"
    versions = [files.write(path, content(name), revision="1111111") for name in ("a", "b", "a")]

    assert versions[0] == versions[2]
    assert versions[0] != versions[1]


def listener(name: str, *transports: str) -> dict[str, object]:
    chains = [{"filterChainMatch": {"transportProtocol": one}, "name": f"{name} by {one}"} for one in transports]
    return {"name": name, "filterChains": chains}


def test_listeners_are_open_to_both_while_callers_change() -> None:
    """What was taken still is, by the old rules; what will be taken is as well."""
    before = ResourceFile.of(LISTENERS, [listener("inbound", "tls"), listener("outbound", "raw_buffer")])
    after = ResourceFile.of(LISTENERS, [listener("inbound", "raw_buffer", "tls"), listener("gateway", "raw_buffer")])
    after.resources[1]["filterChains"][1]["name"] = "by other rules"

    both = xds_files.open_to_both(before, after)

    taken = {one["name"]: [chain["name"] for chain in one["filterChains"]] for one in both.resources}
    assert {"inbound": ["inbound by tls", "inbound by raw_buffer"], "outbound": ["outbound by raw_buffer"]} == taken
    assert before == xds_files.open_to_both(before, before)
