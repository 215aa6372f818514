"""What the page shows of a book, decided from what the backends said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from productpage.backends.services import MOST_KEPT, Answer
from productpage.texts import ENGLISH

MOST_STARS = 5
MOST_REVIEWS = 100
TITLE = "The Comedy of Errors"
AUTHOR = "William Shakespeare"
WIKIPEDIA = "https://en.wikipedia.org/wiki/The_Comedy_of_Errors"

# The shop has one book, as the API lists it.
PRODUCTS = [
    {
        "id": 0,
        "title": TITLE,
        "descriptionHtml": f'{ENGLISH.summary} <a href="{WIKIPEDIA}">{ENGLISH.wikipedia}</a>',
    }
]


@dataclass(frozen=True, slots=True)
class Details:
    """What one instance of details served."""

    facts: tuple[tuple[str, str], ...]
    """By key of the details service, in the order of the page."""


@dataclass(frozen=True, slots=True)
class Review:
    """One reader's opinion."""

    reviewer: str
    text: str
    stars: int | None = None
    """0 to 5; none if ratings were not asked or did not answer."""
    color: str = ""
    ratings_failed: bool = False


@dataclass(frozen=True, slots=True)
class Reviews:
    """What one instance of reviews served."""

    pod: str
    cluster: str
    """Empty if it does not know its cluster."""
    reviews: tuple[Review, ...]

    @property
    def version(self) -> str:
        """From the name of the pod, `reviews-v2-…`; `unknown` if it does not say."""
        found = re.match(r"reviews-(v\d+)-", self.pod)
        return found[1] if found else "unknown"

    @property
    def ratings(self) -> str:
        """`unavailable` if one rating is, `shown` if there are stars, else `not-asked`."""
        if any(review.ratings_failed for review in self.reviews):
            return "unavailable"
        return "not-asked" if all(review.stars is None for review in self.reviews) else "shown"

    @property
    def star_color(self) -> str:
        """The colour of the stars, empty without any; if they are of several colours, all of them."""
        return " ".join(sorted({review.color for review in self.reviews if review.stars is not None}))


@lru_cache(maxsize=MOST_KEPT)
def read_details(answer: Answer) -> Details | None:
    """The details to show; none if they are unavailable."""
    document = answer.document
    if not document:
        return None
    return Details(tuple((key, str(document[key])) for key in ENGLISH.detail_names if key in document))


@lru_cache(maxsize=MOST_KEPT)
def read_reviews(answer: Answer) -> Reviews | None:
    """The reviews to show; none if they are unavailable, or are no reviews."""
    document = answer.document
    if document is None:
        return None
    try:
        if len(document["reviews"]) > MOST_REVIEWS:
            return None
        cluster = document.get("clustername") or ""
        return Reviews(
            pod=str(document.get("podname") or ""),
            cluster="" if cluster == "null" else str(cluster),  # reviews says "null" where there is no cluster
            reviews=tuple(_review(review) for review in document["reviews"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError):  # not of the contract's shape
        return None


def marks(*, details: Details | None, reviews: Reviews | None, end_user: str) -> dict[str, str]:
    """The page's state for a machine: `data-` attributes by name."""
    return {
        "end-user": end_user,
        "details": "shown" if details else "unavailable",
        "reviews": "shown" if reviews else "unavailable",
        "reviews-version": reviews.version if reviews else "",
        "reviews-pod": reviews.pod if reviews else "",
        "review-count": str(len(reviews.reviews)) if reviews else "",
        "rated-count": str(sum(review.stars is not None for review in reviews.reviews)) if reviews else "",
        "ratings": reviews.ratings if reviews else "unknown",
        "star-color": reviews.star_color if reviews else "",
    }


def _review(review: Mapping[str, Any]) -> Review:
    said = Review(reviewer=str(review["reviewer"]), text=str(review["text"]))
    rating = review.get("rating")
    if rating is None:
        return said
    if "error" in rating:
        return Review(said.reviewer, said.text, ratings_failed=True)
    stars = min(max(int(rating["stars"]), 0), MOST_STARS)
    return Review(said.reviewer, said.text, stars, str(rating.get("color", "black")))
