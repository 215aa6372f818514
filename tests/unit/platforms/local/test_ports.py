"""Ports are free, and stay so."""

from __future__ import annotations

from pathlib import Path

import pytest

from platforms.local import ports
from platforms.local.deployments.deployment import DEPLOYMENTS
from platforms.local.deployments.wanted import deployments


def test_assign(tmp_path: Path) -> None:
    """Everything listens on a port of its own, none of which the kernel gives to outgoing connections."""
    topology = ports.assign(tmp_path, DEPLOYMENTS, 9080)
    given = [port for one in topology.ports.values() for port in vars_of(one)]
    ephemeral = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])

    assert 18 == len(set(given))
    assert max(given) < ephemeral
    assert 9080 not in given


def test_many_instances(tmp_path: Path) -> None:
    """More than one stretch has room for; each instance has ports of its own, and a workload."""
    topology = ports.assign(tmp_path, deployments(["reviews-v1=100"], ()), 9080)
    given = [port for one in topology.ports.values() for port in vars_of(one)]

    assert 315 == len(set(given))
    assert ("reviews-v1", "ratings-v1") == (topology.workload("reviews-v1-100"), topology.workload("ratings-v1"))
    assert 100 == len(topology.instances({"reviews-v1"}))


def vars_of(one: ports.Ports) -> tuple[int, ...]:
    return (one.app, one.inbound, one.outbound)


def test_two_demos_share_no_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though both choose at the same moment, before anybody listens, and would begin at the same place."""
    monkeypatch.setattr(ports.random, "sample", lambda stretches, _: stretches)
    one, other = (
        {port for of in ports.assign(tmp_path, DEPLOYMENTS, 9080).ports.values() for port in vars_of(of)}
        for _ in range(2)
    )

    assert not one & other


def test_assign_again(tmp_path: Path) -> None:
    """Who was there keeps the ports; who comes gets new ones, and the same if he comes again."""
    usual, more = DEPLOYMENTS, deployments(["ratings-v1=3"], ())
    before, known = ports.assign(tmp_path, usual, 9080), dict[str, ports.Ports]()
    grown = ports.assign_again(before, more, known)
    back = ports.assign_again(grown, usual, known)
    again = ports.assign_again(back, more, known)

    assert before.ports.items() <= grown.ports.items()
    assert before == back
    assert grown == again
    assert 8 * 3 == len({port for one in grown.ports.values() for port in vars_of(one)})
    assert "ratings-v1" == grown.workload("ratings-v1-3")
