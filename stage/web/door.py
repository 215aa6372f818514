"""Who may come in: the names under which the stage is known, the token of a change, the cookie of a guest from elsewhere."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field, replace

from flask import Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from platforms.loopback import LOOPBACK

_LOCAL = (LOOPBACK, "localhost")
_COOKIE = "bookinfo-stage"


@dataclass(frozen=True, slots=True)
class Door:
    """The addresses that the stage answers to, and what it wants to be shown."""

    port: int
    host: str = LOOPBACK
    """Where it listens."""
    guests: str = ""
    """The token in the URL that lets a browser in; empty on the loopback interface, where whoever can call may come in."""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    """What a page of this stage knows and no other page can read: it comes with every change."""
    cookie: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    """What a browser is given for the token in its URL."""

    @property
    def url(self) -> str:
        """The address at which a browser finds the stage."""
        return f"http://{_bracketed(self.host)}:{self.port}/" + (f"?token={self.guests}" if self.guests else "")

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names that a browser may write into the header Host: a page of another name that resolves to us is refused."""
        names = _LOCAL if self.host == LOOPBACK else (self.host,)
        return tuple(f"{_bracketed(name)}:{self.port}" for name in names)

    @property
    def origins(self) -> tuple[str, ...]:
        return tuple(f"http://{host}" for host in self.hosts)

    def at(self, port: int) -> Door:
        """Return the door of another port, to which the same guests may come."""
        return replace(self, port=port)

    def check(self) -> AnyResponse | None:
        """Refuse the current request, or send it elsewhere; None lets it in."""
        if request.host not in self.hosts:
            abort(403, f"this stage is {self.origins[0]}/, not {request.host!a}")
        if self.guests and not self._is_guest():
            return self._let_in()
        return None

    def check_change(self) -> None:
        """Refuse a change that another page, or an older one of ours, asks for."""
        if request.headers.get("Origin") not in self.origins:
            abort(403, "changes come from the page of the stage only")
        if not hmac.compare_digest(request.headers.get("X-Stage-Token", "").encode(), self.token.encode()):
            abort(403, "this page is older than the stage: load it again")

    def _is_guest(self) -> bool:
        return hmac.compare_digest(request.cookies.get(_COOKIE, "").encode(), self.cookie.encode())

    def _let_in(self) -> AnyResponse:
        """Give the cookie for the token, and take the token out of the address bar; everybody else stays outside."""
        given = request.args.get("token", "")
        if request.path != "/" or not hmac.compare_digest(given.encode(), self.guests.encode()):
            abort(403, "open the URL that the stage has printed, with its token")
        response = redirect("/", 303)
        response.set_cookie(_COOKIE, self.cookie, httponly=True, samesite="Strict")
        return response


def guard(response: Response, frames: tuple[str, ...]) -> Response:
    """Add what keeps a browser from doing more with the response than we mean."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "font-src": "'self'",
        "connect-src": "'self'",
        "frame-src": " ".join(frames) or "'none'",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    response.headers["Content-Security-Policy"] = "; ".join(f"{name} {sources}" for name, sources in policy.items())
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
