"""What a browser is shown: the book, the list of services, signing in and out."""

from __future__ import annotations

from collections.abc import Hashable
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, redirect, request, session
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from productpage import enduser
from productpage.backends.forwarding import forwarded
from productpage.backends.services import Backends
from productpage.book import read_details, read_reviews
from productpage.rendering import Render
from productpage.settings import Settings
from productpage.texts import Texts, chosen

PAGES = ("/productpage", "/", "/index.html")
"""Where signing in and out may lead back to."""

blueprint = Blueprint("pages", __name__)


def signed_in() -> str:
    """The name that this session signed in with; empty for an anonymous one."""
    return str(session.get("user", ""))


def headers_for_backends() -> dict[str, str]:
    """The headers that backends are sent for this request."""
    settings: Settings = current_app.extensions["settings"]
    return forwarded(request.environ, signed_in(), cookie=settings.forward_cookie)


@blueprint.get("/productpage")
def productpage() -> AnyResponse:
    """The book, as much of it as can be had: 200 whatever the backends do."""
    backends: Backends = current_app.extensions["backends"]
    headers = headers_for_backends()
    backends.flood("0", headers)
    said_details, said_reviews = backends.ask(["details", "reviews"], "0", headers)
    return _page(
        "productpage.html",
        end_user=signed_in(),
        details=read_details(said_details),
        reviews=read_reviews(said_reviews),
    )


@blueprint.get("/")
@blueprint.get("/index.html")
def index() -> AnyResponse:
    """The services, who calls whom, and two ways to the book."""
    return _page("index.html", end_user=signed_in())


@blueprint.post("/login")
def login() -> AnyResponse:
    """Sign in under any name that can travel in a header; any password, or none, will do."""
    _refuse_other_sites()
    try:
        session["user"] = enduser.accepted(request.form.get("username", ""))
    except enduser.NameRefused as refused:
        return _page("problem.html", status=400, end_user=signed_in(), problem=_texts().refused[refused.reason])
    return redirect(_page_before())


@blueprint.get("/logout")
def logout() -> AnyResponse:
    """Be anonymous again."""
    _refuse_other_sites()
    session.pop("user", None)
    return redirect(_page_before())


def problem(error: HTTPException) -> AnyResponse:
    """An error of HTTP as a page."""
    if error.code is None:  # a response in its own right, such as a redirection
        return error.get_response()
    sentence = _texts().problems.get(error.code) or error.description or error.name
    response = _page("problem.html", status=error.code, end_user=signed_in(), problem=sentence)
    # What HTTP wants beside the status stays: `Allow` with a 405.
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _page(template: str, *, status: int = 200, **shown: Hashable) -> AnyResponse:
    render: Render = current_app.extensions["render"]
    texts = _texts()
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Language", texts.code),
        ("Cache-Control", "no-store"),  # the next look may be served by another version
        ("Vary", "Accept-Language, Cookie"),
    ]
    return Response(render(template, texts.code, **shown), status, headers)


def _texts() -> Texts:
    return chosen(request.args.get("lang"), request.accept_languages)


def _refuse_other_sites() -> None:
    """Answer 403 if another site's page asks: the browser says so, by Sec-Fetch-Site or, an older one, by Origin."""
    origin = request.headers.get("Origin")
    if site := request.headers.get("Sec-Fetch-Site"):
        ours = site in ("same-origin", "none")
    else:
        ours = origin is None or origin.partition("://")[2] == request.host
    if not ours:
        abort(403)


def _page_before() -> str:
    """The page of ours that the browser came from; never another site, whatever Referer says."""
    try:
        before = urlsplit(request.referrer or "")
    except ValueError:  # no URL at all, such as http://[bad
        return PAGES[0]
    if before.path not in PAGES:
        return PAGES[0]
    return f"{before.path}?{before.query}" if before.query else before.path
