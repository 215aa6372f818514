"""What can be read in a page of Bookinfo, whoever wrote its markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser

STAR = "glyphicon glyphicon-star"
"""The one marker of a full star that every generation of the page carries."""
NO_DETAILS = "Sorry, product details are currently unavailable for this book."
NO_REVIEWS = "Sorry, product reviews are currently unavailable for this book."
NO_RATINGS = "Ratings service is currently unavailable"


@dataclass(frozen=True, slots=True)
class Element:
    """A start tag."""

    tag: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """One HTML page: its source, its elements, and the text a reader sees."""

    source: str
    elements: tuple[Element, ...]
    text: str

    @property
    def title_lines(self) -> list[str]:
        """The lines on which a tool that reads line by line finds the title."""
        return [match[0] for line in self.source.splitlines() if (match := re.search("<title>.*</title>", line))]

    @property
    def links(self) -> list[str]:
        return list(self._values("a", "href"))

    @property
    def assets(self) -> list[str]:
        """What the browser loads for this page from the same site, without repeats."""
        found = [*self._values("link", "href"), *self._values("script", "src"), *self._values("img", "src")]
        return [url for url in dict.fromkeys(found) if not re.match("[a-z]+:|//", url)]

    @property
    def star_lines(self) -> int:
        """Lines with the marker of a full star, as `grep -c` counts them."""
        return sum(STAR in line for line in self.source.splitlines())

    def rows_of_colour(self, colour: str) -> int:
        """Elements that carry the class of a star row in this colour."""
        return sum(f"text-{colour}-500" in element.attributes.get("class", "").split() for element in self.elements)

    @property
    def pods(self) -> list[str]:
        """The reviews pods that stand on lines of their own."""
        lines = (line.strip() for line in self.source.splitlines())
        return [line for line in lines if re.fullmatch(r"reviews-v[123]-\S+", line)]

    @property
    def marks(self) -> dict[str, str]:
        """The machine-readable marks: `data-*` of the element with the id `bookinfo`."""
        for element in self.elements:
            if element.attributes.get("id") == "bookinfo":
                return {name: value for name, value in element.attributes.items() if name.startswith("data-")}
        return {}

    def _values(self, tag: str, attribute: str) -> Iterator[str]:
        for element in self.elements:
            if element.tag == tag and attribute in element.attributes:
                yield element.attributes[attribute]


class _Reader(HTMLParser):
    """Collects start tags, and text outside scripts and styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.pieces: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))
        self._unseen += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(data)


def read(source: str) -> Page:
    """The page in an HTML text."""
    reader = _Reader()
    reader.feed(source)
    reader.close()
    return Page(source=source, elements=tuple(reader.elements), text=" ".join("".join(reader.pieces).split()))
