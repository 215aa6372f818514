"""The complaints of Istio's webhook about answers of the proxy's own and about requests that it rewrites, in its words."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any

from platforms.istio.validation import fields, regex

_LARGEST = 1024**2


def redirect(http: Mapping[str, Any]) -> Iterator[str]:
    """Everything wrong with where the visitors of a route are sent."""
    answer = http.get("redirect")
    if answer is None:
        return
    paths = [match["uri"] for match in http.get("match", ()) if "uri" in match]
    asked = [field for field in ("uri", "prefixRewrite", "authority", "scheme") if answer.get(field)]
    code, port = answer.get("redirectCode", 0), answer.get("port", 0)
    if {"uri", "prefixRewrite"} <= set(asked):
        yield "redirect may only specify one of uri or prefix_rewrite"
    elif "prefixRewrite" in asked and not all("prefix" in path for path in paths):
        yield "redirect prefix_rewrite requires all URI matches to use prefix match type"
    elif not asked and not {"port", "derivePort"} & set(answer):
        yield "redirect must specify URI, authority, scheme, or port"
    elif code and not 300 <= code <= 399:  # noqa: PLR2004  # 3xx
        yield f"{code} is not a valid redirect code, must be 3xx"
    elif answer.get("scheme", "") not in ("", "http", "https"):
        yield 'invalid redirect scheme, must be "http" or "https"'
    elif port:
        yield from fields.port(port)


def direct_response(response: Mapping[str, Any] | None) -> Iterator[str]:
    """Everything wrong with an answer in the rule itself."""
    if response is None:
        return
    body = response.get("body", {})
    if len(body.get("string", "").encode()) > _LARGEST or len(b64decode(body.get("bytes", ""))) > _LARGEST:
        yield "large direct_responses may impact control plane performance, must be less than 1MB"
    yield from fields.status((response["status"] + 2**31) % 2**32 - 2**31)  # Istio reads it as a signed number


def rewrite(http: Mapping[str, Any]) -> Iterator[str]:
    """Everything wrong with another path or authority for the upstream."""
    wanted = http.get("rewrite", {})
    by_regex = wanted.get("uriRegexRewrite")
    if wanted.get("uri") and by_regex is not None:
        yield "rewrite may only contain one of URI or UriRegexRewrite"
    elif "rewrite" in http and not (wanted.get("uri") or by_regex is not None or wanted.get("authority")):
        yield (
            "rewrite must specify at least one of URI, UriRegexRewrite, or authority. "
            "Only one of URI or UriRegexRewrite may be specified"
        )
    elif by_regex is not None:
        yield from (f"UriRegexRewrite has errors: {complaint}" for complaint in _regex_rewrite(by_regex))
    yield from _authorities(wanted.get("authority", ""), http.get("headers", {}).get("request", {}))


def _regex_rewrite(rewrite: Mapping[str, str]) -> Iterator[str]:
    if not (rewrite.get("match") and rewrite.get("rewrite")):
        yield "UriRegexRewrite requires both Rewrite and Match fields to be specified"
    elif complaint := regex.complaint(rewrite["match"], "HTTPRewrite.UriRegexRewrite.Match"):
        yield complaint


def _authorities(authority: str, request: Mapping[str, Any]) -> Iterator[str]:
    for verb in ("set", "add"):
        for name, value in sorted(request.get(verb, {}).items()):
            if name.lower() in (":authority", "host"):
                if authority:
                    yield (
                        f'authority header cannot be set multiple times: have "{authority}", '
                        f'attempting to set "{value}"'
                    )
                    return
                authority = value
