"""Signing in and out, and who the backends then hear of: C21 to C28, C62, C63."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urljoin

import pytest

from tests.contract.http.harness.stubs import Stub
from tests.contract.http.harness.target import Target
from tests.contract.http.harness.visitor import Visitor

HANGUL = "홍길동"
HANGUL_SENT = "%ED%99%8D%EA%B8%B8%EB%8F%99"


def test_c21_signing_in_leads_back_and_starts_a_session(front: Visitor) -> None:
    """C21: a login answers 302 to the page it came from, and sets a session cookie that scripts cannot read."""
    answer = front.sign_in("jason")
    name, _, attributes = answer.headers["Set-Cookie"].partition("=")

    assert (302, f"{front.base}/productpage") == (answer.status_code, urljoin(answer.url, answer.headers["Location"]))
    assert ("session", {"HttpOnly", "Path=/"}) == (name, {"HttpOnly", "Path=/"} & set(attributes.split("; ")))


@pytest.mark.better
def test_c22_c63_signing_in_without_a_referer_leads_to_the_page(front: Visitor) -> None:
    """C22, C63: a client that sends no Referer, as Locust, is led to /productpage, and arrives when it follows."""
    form = {"username": "jason", "passwd": "x"}
    told = front.ask("POST", "/login", data=form)
    followed = front.ask("POST", "/login", data=form, follow=True)

    assert (302, f"{front.base}/productpage") == (told.status_code, urljoin(told.url, told.headers["Location"]))
    assert (200, f"{front.base}/productpage") == (followed.status_code, followed.url)
    assert 200 == front.get("/productpage").status_code


@pytest.mark.parametrize(
    "form",
    [
        {"username": "jason", "passwd": ""},
        {"username": "jason", "passwd": "wrong"},
        {"username": "jason", "passwd": "x", "submit": "Sign in"},
    ],
    ids=["empty password", "wrong password", "with submit"],
)
def test_c23_any_password_will_do(front: Visitor, form: dict[str, str]) -> None:
    """C23: the fields are username and passwd, submit may come along, and no password is checked."""
    answer = front.ask("POST", "/login", data=form, headers={"Referer": f"{front.base}/productpage"})

    assert 302 == answer.status_code
    assert "jason" in front.page().text


def test_c24_the_page_greets_who_is_signed_in(front: Visitor) -> None:
    """C24: with the session the page shows the name and the way out."""
    front.sign_in("jason")
    shown = front.page().text

    assert (True, True) == ("jason" in shown, "Sign out" in shown)


def test_c24_the_backends_hear_of_who_is_signed_in(
    before_stubs: Visitor, stubbed_details: Stub, stubbed_reviews: Stub
) -> None:
    """C24: with the session, the page's calls of details and reviews carry `end-user`."""
    before_stubs.sign_in("jason")
    with stubbed_details.behaving(), stubbed_reviews.behaving():
        before_stubs.page()

    assert (["jason"], ["jason"]) == (stubbed_details.header("end-user"), stubbed_reviews.header("end-user"))


def test_c25_signing_out_ends_the_session(front: Visitor) -> None:
    """C25: logout answers 302 and clears the cookie; the next page offers to sign in."""
    front.sign_in("jason")
    answer = front.get("/logout", headers={"Referer": f"{front.base}/productpage"})

    assert 302 == answer.status_code
    assert "Max-Age=0" in answer.headers["Set-Cookie"].split("; ")
    assert (True, False) == ("Sign in" in (shown := front.page().text), "jason" in shown)


def test_c26_a_header_is_no_identity(front: Visitor) -> None:
    """C26: a client that sends `end-user` itself stays anonymous."""
    shown = front.get("/productpage", headers={"end-user": "jason"}).text

    assert (True, False) == ("Sign in" in shown, "jason" in shown)


def test_c26_a_header_of_the_client_reaches_no_backend(
    before_stubs: Visitor, stubbed_details: Stub, stubbed_reviews: Stub
) -> None:
    """C26: an `end-user` header from outside is not passed on."""
    with stubbed_details.behaving(), stubbed_reviews.behaving():
        before_stubs.get("/productpage", headers={"end-user": "jason"})

    assert ([None], [None]) == (stubbed_details.header("end-user"), stubbed_reviews.header("end-user"))


def test_c27_the_session_counts_for_the_api_too(before_stubs: Visitor, stubbed_reviews: Stub) -> None:
    """C27: with the session, the API's call of reviews carries `end-user`."""
    before_stubs.sign_in("jason")
    with stubbed_reviews.behaving():
        before_stubs.get("/api/v1/products/0/reviews")

    assert ["jason"] == stubbed_reviews.header("end-user")


def test_c28_a_session_is_good_on_every_replica(bookinfo: Target, visit: Callable[[str], Visitor]) -> None:
    """C28: who has signed in on one productpage is signed in on another with the same key."""
    if not bookinfo.pages:
        pytest.skip("there is one productpage only, or which one answers cannot be chosen")
    one, other = (visit(bookinfo.pages[version]) for version in ("v1", "v2"))
    cookie = one.sign_in("jason").headers["Set-Cookie"].partition(";")[0]

    assert "jason" in other.get("/productpage", headers={"Cookie": cookie}).text


@pytest.mark.better
def test_c62_a_name_in_hangul_works(front: Visitor) -> None:
    """C62: who signs in with a name in Hangul is greeted by it, and sees details and reviews."""
    front.sign_in(HANGUL)
    shown = front.page().text

    assert {HANGUL, "Book Details", "Book Reviews"} == {
        phrase for phrase in (HANGUL, "Book Details", "Book Reviews") if phrase in shown
    }


@pytest.mark.better
def test_c62_a_name_in_hangul_reaches_the_backends_as_ascii(
    before_stubs: Visitor, stubbed_details: Stub, stubbed_reviews: Stub
) -> None:
    """C62: a name in Hangul travels as percent-encoded UTF-8."""
    before_stubs.sign_in(HANGUL)
    with stubbed_details.behaving(), stubbed_reviews.behaving():
        before_stubs.page()

    assert ([HANGUL_SENT], [HANGUL_SENT]) == (stubbed_details.header("end-user"), stubbed_reviews.header("end-user"))
