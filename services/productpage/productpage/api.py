"""The same book as JSON; a backend's error status is passed on."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, json, jsonify

from productpage.backends.services import App, Backends
from productpage.book import PRODUCTS
from productpage.pages import headers_for_backends

blueprint = Blueprint("api", __name__, url_prefix="/api/v1/products")


@blueprint.get("")
def products() -> Response:
    """All books of the shop."""
    return jsonify(PRODUCTS)


@blueprint.get("/<product_id>")
def details(product_id: str) -> Response:
    """One book's details."""
    return _answer("details", product_id)


@blueprint.get("/<product_id>/reviews")
def reviews(product_id: str) -> Response:
    """One book's reviews, and the pod that served them."""
    return _answer("reviews", product_id)


@blueprint.get("/<product_id>/ratings")
def ratings(product_id: str) -> Response:
    """One book's stars, by reviewer."""
    return _answer("ratings", product_id)


def _answer(app: App, product_id: str) -> Response:
    backends: Backends = current_app.extensions["backends"]
    (answer,) = backends.ask([app], product_id, headers_for_backends())
    document = answer.document
    if document is None:
        document = {"error": f"Sorry, product {app} are currently unavailable for this book."}
    return Response(json.dumps(document), answer.status, content_type="application/json")
