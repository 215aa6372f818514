"""What the environment says, read once at start."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

APPS = ("details", "reviews", "ratings")


class SettingsError(Exception):
    """A variable that cannot be used; the message names it, says what is wrong and what is right."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where something listens."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def _no_backends() -> Mapping[str, Address]:
    return {app: Address(app, 9080) for app in APPS}


@dataclass(frozen=True, slots=True)
class Settings:
    """All that can be set, with Bookinfo's defaults."""

    backends: Mapping[str, Address] = field(default_factory=_no_backends)
    """By app."""
    proxies: Mapping[str, Address] = field(default_factory=dict)
    """The HTTP proxy of an app that is called through one."""
    budget: float = 3.0
    """Seconds for one backend call, from looking up its name to the last byte."""
    flood_factor: int = 0
    """Calls of reviews that a page makes for nothing, to trip a rate limit."""
    forward_cookie: bool = False
    """Whether backends see the browser's cookies; old demos route on them."""
    frame_ancestors: str = "'self'"
    """Who may show the page in a frame, as in the Content-Security-Policy."""
    secret: str = field(default_factory=secrets.token_hex, repr=False)
    """Signs the session cookie."""
    pod: str = "productpage"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """The settings in `environment`; raises SettingsError for what makes no sense."""
        backends = {app: _backend(app, environment) for app in APPS}
        defaults = cls()
        return cls(
            backends=backends,
            proxies=_proxies(backends),
            flood_factor=_whole_number("FLOOD_FACTOR", environment, default=0, most=1000),
            forward_cookie=environment.get("FORWARD_COOKIE", "").lower() == "true",
            frame_ancestors=_frame_ancestors(environment) or defaults.frame_ancestors,
            secret=_secret(environment) or defaults.secret,
            pod=environment.get("HOSTNAME") or defaults.pod,
        )


def _backend(app: str, environment: Mapping[str, str]) -> Address:
    # Never DETAILS_PORT and the like: Kubernetes injects those as `tcp://10.0.0.1:9080`.
    host = environment.get(f"{app.upper()}_HOSTNAME") or app
    domain = environment.get("SERVICES_DOMAIN")
    port = _whole_number(f"{app.upper()}_SERVICE_PORT", environment, default=9080, most=65535)
    return Address(f"{host}.{domain}" if domain else host, port)


def _whole_number(name: str, environment: Mapping[str, str], *, default: int, most: int) -> int:
    given = environment.get(name, "").strip()
    if not given:
        return default
    if not (given.isascii() and given.isdigit() and int(given) <= most):
        raise SettingsError(f"{name}={given}: not a whole number from 0 to {most}")
    return int(given)


def _proxies(backends: Mapping[str, Address]) -> dict[str, Address]:
    """The proxy of each app, by the usual reading of http_proxy and no_proxy."""
    given = getproxies().get("http")
    if not given:
        return {}
    url = urlsplit(given if "://" in given else f"http://{given}")
    if url.scheme != "http" or not url.hostname or url.username:
        raise SettingsError(f"http_proxy={given}: not of the form http://HOST:PORT")
    proxy = Address(url.hostname, url.port or 80)
    return {app: proxy for app, address in backends.items() if not proxy_bypass(str(address))}


def _frame_ancestors(environment: Mapping[str, str]) -> str:
    given = environment.get("FRAME_ANCESTORS", "").strip()
    if not re.fullmatch(r"[!-+\--:<-~ ]*", given):
        raise SettingsError(f"FRAME_ANCESTORS={given}: not a list of sources such as 'self' http://127.0.0.1:8000")
    return given


def _secret(environment: Mapping[str, str]) -> str:
    path = environment.get("SESSION_SECRET_FILE")
    if not path:
        return environment.get("SESSION_SECRET", "")
    try:
        secret = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"SESSION_SECRET_FILE={path}: cannot be read: {error}") from error
    if not secret:
        raise SettingsError(f"SESSION_SECRET_FILE={path}: the file is empty")
    return secret
