"""How do you know? The answer in plain sentences, each of them only if it is true of this run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def evidence(document: Mapping[str, Any]) -> Iterator[str]:
    """Why this run may be believed, or why not."""
    yield from _in_force(document)
    yield from _witnesses(document)
    yield "How many requests a claim takes at most, which counts of so many are allowed and what is caught was computed and printed before the first request; a failed sample is never repeated until it passes."
    if any(claim["stopped_after"] is not None for claim in document["claims"]):
        yield (
            "A claim that was sure earlier asked no further: a sequential test (Wald, 1945) said so, with the same two errors."
            " Allowed are then all counts that, of so many answers, do not speak against what was asked for."
        )
    if any("share_95" in outcome for claim in document["claims"] for outcome in claim["outcomes"].values()):
        yield (
            "The intervals beside the shares seen are 95 % intervals (Clopper and Pearson, 1934) of a fixed number of answers;"
            " the verdicts do not rest on them."
        )
    yield f"On a mesh that is right, and draws anew for every request, such a run fails less than once in {round(1 / document['false_alarm']):,} runs."
    yield f"In all, {document['power']}."
    yield from _recovery(document)
    yield from _ending(document)


def _in_force(document: Mapping[str, Any]) -> Iterator[str]:
    point = document["steps"][document["point"]]
    yield (
        f"Before the first request, all {point['proxies_asked']} proxies were asked what they serve:"
        f" the last of them served the rule {point['in_force_ms']:,.0f} ms after it was applied."
    )
    if all(step["witnesses_agree"] for step in document["steps"]):
        yield "After the last request they were asked again, and all of them still served it."


def _witnesses(document: Mapping[str, Any]) -> Iterator[str]:
    if doubts := [step["doubt"] for step in document["steps"] if step["doubt"]]:
        for doubt in dict.fromkeys(doubts):
            yield f"This run cannot be relied on: {doubt}."
        return
    pages = sum(claim["pages"] for claim in document["claims"])
    answers = sum(n for step in document["steps"] for n in step["proxies"]["reviews_answered"].values())
    more = (
        f", {answers - pages:,} of them to others, or to tries that were repeated or given up"
        if answers > pages
        else ""
    )
    yield (
        f"Two witnesses counted apart and agree: clients saw {pages:,} pages,"
        f" and the callers' proxies counted {answers:,} answers of reviews{more}."
    )

    logged = [step.get("requests_logged") for step in document["steps"]]
    if all(number is not None for number in logged):
        yield (
            f"Page by page too: the proxy of productpage logged who answered each of {sum(logged):,} marked requests,"
            " and no page names another version."
        )


def _recovery(document: Mapping[str, Any]) -> Iterator[str]:
    if document["recovered_first_ms"] is not None:
        yield (
            f"While the fault was lifted, {document['recovered_pages'] or 0:,} further visitors kept asking: the first page with"
            f" stars came {document['recovered_first_ms']:,.0f} ms after the healed state was applied."
        )
        if document["recovered_last_ms"] is None:
            yield "No page without stars came any more."
    if document["recovered_last_ms"] is not None:
        yield f"The last page without stars came {document['recovered_last_ms']:,.0f} ms after the healed state was applied."


def _ending(document: Mapping[str, Any]) -> Iterator[str]:
    if document["kept"]:
        yield "The rule was kept in force, as --keep asks: nothing was restored."
    elif document["restored_ms"] is not None:
        yield f"Afterwards the baseline was applied again, and every proxy served it {document['restored_ms']:,.0f} ms later."
