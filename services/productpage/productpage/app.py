"""The application: settings in, a Flask app out."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from itsdangerous import URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException

from productpage import api, assets, metrics, pages
from productpage.backends.services import Backends
from productpage.rendering import renderer
from productpage.settings import Settings


def create_app(settings: Settings) -> Flask:
    """Productpage with these settings."""
    app = Flask(__name__, static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=16 * 1024,  # a user name and a password
    )
    app.json.sort_keys = False  # the contract's order  # type: ignore[attr-defined]
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.session_interface = _Sessions(app)
    app.extensions["settings"] = settings
    app.extensions["render"] = renderer(app.jinja_env, settings)  # compiles once, before the workers fork
    app.extensions["backends"] = Backends(settings, metrics.count)
    for blueprint in (pages.blueprint, api.blueprint, assets.blueprint):
        app.register_blueprint(blueprint)
    app.add_url_rule("/health", view_func=_health)
    app.add_url_rule("/metrics", view_func=_metrics)
    app.register_error_handler(HTTPException, pages.problem)
    app.after_request(_guard(settings))
    return app


class _Sessions(SecureCookieSessionInterface):
    """Flask's sessions in a signed cookie, with one signer for all requests instead of a new one for each."""

    def __init__(self, app: Flask) -> None:
        self._serializer = super().get_signing_serializer(app)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:  # noqa: ARG002  # Flask's signature
        """Return the one of the app that these sessions are for."""
        return self._serializer

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set a changed session's cookie; pages say by themselves that they differ by it, and need nothing else."""
        if session.modified or "Cookie" not in response.headers.get("Vary", ""):
            super().save_session(app, session, response)


def _guard(settings: Settings) -> Callable[[Response], Response]:
    """Add to every response what keeps a browser from doing more with it than we mean."""
    policy = "; ".join(
        (
            "default-src 'none'",
            "style-src 'self'",
            "img-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {settings.frame_ancestors}",
        )
    )

    headers = (
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),  # signing in leads back to the page it came from
    )

    def guard(response: Response) -> Response:
        response.headers.extend(headers)
        return response

    return guard


def _health() -> Response:
    return Response("Product page is healthy", content_type="text/plain; charset=utf-8")


def _metrics() -> Response:
    content, content_type = metrics.exposition(request.headers.get("Accept", ""))
    return Response(content, content_type=content_type)
