"""pip's settings in uv's words.

Where packages come from on a machine (a mirror, a proxy, a certificate) is told to pip, and uv does not read that.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

_SECTIONS = ("global", "install", ":env:")
"""The sections that count when pip installs; a later one overrides an earlier one."""


def read(listing: str) -> dict[str, str]:
    """The settings that pip obeys when it installs, from what `pip config list` prints."""
    found: dict[str, dict[str, str]] = {section: {} for section in _SECTIONS}
    for line in listing.splitlines():
        name, _, value = line.partition("=")
        section, _, key = name.rpartition(".")
        if section in found:
            found[section][key] = str(ast.literal_eval(value))
    return {key: value for section in _SECTIONS for key, value in found[section].items()}


def for_uv(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment in which uv looks for packages where pip does, on the same terms.

    As an environment, for an index's URL may hold a password, and other users can read command lines.
    """
    given = {key: " ".join(value.split()) for key, value in settings.items()}
    environment = {"UV_SYSTEM_CERTS": "1"}
    for key, names in _NAMES.items():
        environment |= dict.fromkeys(names, given[key]) if key in given else {}
    if "extra-index-url" in given:
        environment["UV_INDEX_STRATEGY"] = "unsafe-best-match"  # as pip takes it: the hashes say what is meant
    if "find-links" in given:
        environment["UV_FIND_LINKS"] = given["find-links"].replace(" ", ",")
    if "no-cache-dir" in given:
        environment["UV_NO_CACHE"] = "1"
    return environment


_NAMES = {
    "index-url": ("UV_DEFAULT_INDEX",),
    "extra-index-url": ("UV_INDEX",),
    "trusted-host": ("UV_INSECURE_HOST",),
    "cert": ("SSL_CERT_FILE",),
    "client-cert": ("SSL_CLIENT_CERT",),
    "proxy": ("HTTP_PROXY", "HTTPS_PROXY"),
    "timeout": ("UV_HTTP_TIMEOUT",),
    "retries": ("UV_HTTP_RETRIES",),
}
