"""The certificates that the gateway shows to callers outside the mesh: of people's Secrets, or of the demo's own authority."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from platforms.atomic_files import write_atomically
from platforms.envoy import tls
from platforms.envoy.topology import Topology
from platforms.errors import UsageError
from platforms.istio import secrets
from platforms.istio.registry import INGRESS_GATEWAY
from platforms.istio.secrets import KeyPair
from platforms.istio.servers import Termination
from platforms.local.certificates import Authority


class ServerCertificates:
    """The writer of their files, which are there as long as a Gateway names them; keys of Secrets are kept in memory besides."""

    def __init__(self, authority: Authority, topology: Topology) -> None:
        self._authority = authority
        self._folder = topology.proxy_folder(INGRESS_GATEWAY.name) / tls.SERVERS_FOLDER
        self._keys: dict[str, str] = {}
        """By the fingerprint of their certificates."""
        self._written: dict[str, KeyPair] = {}

    def learn(self, keys: Mapping[str, str]) -> None:
        """Remember the keys of Secrets: whoever applies these again without them has read them back from here."""
        self._keys.update(keys)

    def publish(self, terminations: Iterable[Termination]) -> None:
        """Write what is named and not there; raises UsageError for a Secret whose key nobody has told."""
        wanted = {one.certificate: self._written.get(one.certificate) or self._pair(one) for one in terminations}
        for name, pair in wanted.items():
            if name not in self._written:
                self._write(name, pair)

    def keep_only(self, terminations: Iterable[Termination]) -> None:
        """Remove what nobody names any more."""
        for name in self._written.keys() - {one.certificate for one in terminations}:
            del self._written[name]
            for ending in ("crt", "key"):
                (self._folder / f"{name}.{ending}").unlink(missing_ok=True)

    def replace_lost(self) -> None:
        """Write again what is gone; without it the gateway could not start again."""
        for name, pair in self._written.items():
            if not all((self._folder / f"{name}.{ending}").exists() for ending in ("crt", "key")):
                self._write(name, pair)

    def _pair(self, one: Termination) -> KeyPair:
        if one.secret is None:
            return self._authority.server_pair(one.hosts)
        key = self._keys.get(secrets.fingerprint(one.secret))
        if key is None:
            raise UsageError(f"{one.secret}: this demo was never told its key: apply the file that has it")
        return KeyPair(secrets.chain(one.secret), key)

    def _write(self, name: str, pair: KeyPair) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(self._folder / f"{name}.crt", pair.chain)
        write_atomically(self._folder / f"{name}.key", pair.key)
        self._written[name] = pair
