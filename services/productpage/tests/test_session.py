"""Signing in and out, and where it leads."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from stub import Backend, Productpage


def sign_in(browser: FlaskClient, name: str, **headers: str) -> None:
    return browser.post("/login", data={"username": name, "passwd": "any"}, headers=headers)


def test_signed_in_name_is_shown_and_sent(backend: Backend, browser: FlaskClient) -> None:
    """The page greets the end user, and both backends learn who it is."""
    sign_in(browser, "jason")

    html = browser.get("/productpage").text

    assert "<b>jason</b>" in html
    assert 'data-end-user="jason"' in html
    assert "Sign out" in html
    assert "Sign in</button>" not in html
    assert ["jason", "jason"] == [headers["end-user"] for _, headers in backend.asked]


def test_api_sends_the_end_user_too(backend: Backend, browser: FlaskClient) -> None:
    """The JSON follows the same rule of the mesh as the page."""
    sign_in(browser, "jason")

    browser.get("/api/v1/products/0/reviews")

    assert ["jason"] == [headers["end-user"] for headers in backend.asked_for("reviews")]


def test_hangul_name_works_from_login_to_header(backend: Backend, browser: FlaskClient) -> None:
    """The page shows the name; the header carries it in ASCII."""
    sign_in(browser, "홍길동")

    html = browser.get("/productpage").text

    assert 'data-end-user="홍길동"' in html
    assert "%ED%99%8D%EA%B8%B8%EB%8F%99" == backend.asked_for("reviews")[0]["end-user"]


def test_name_is_text(browser: FlaskClient) -> None:
    """Markup in a name is shown, not obeyed."""
    sign_in(browser, '"><script>alert(1)</script>')

    html = browser.get("/productpage").text

    assert "<script" not in html
    assert 'data-end-user="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in html


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Please enter a user name."),
        (" \t", "Please enter a user name."),
        ("a\r\nend-user: opennaru", "control character"),
        ("a\x00", "control character"),
        ("a" * 257, "too long"),
        ("홍" * 86, "too long"),
    ],
)
def test_name_that_cannot_travel_is_refused(browser: FlaskClient, name: str, sentence: str) -> None:
    """With a reason, 400, and no session."""
    answer = sign_in(browser, name)

    assert 400 == answer.status_code
    assert sentence in answer.text
    assert "Set-Cookie" not in answer.headers


def test_missing_name_is_refused(browser: FlaskClient) -> None:
    """As an empty one."""
    assert 400 == browser.post("/login").status_code


def test_longest_name_works(browser: FlaskClient) -> None:
    """256 bytes of UTF-8 are allowed."""
    assert 302 == sign_in(browser, "홍" * 85 + "a").status_code


def test_cookie_cannot_be_read_by_scripts_nor_sent_across_sites(browser: FlaskClient) -> None:
    """HttpOnly, SameSite=Lax, the whole site."""
    cookie = sign_in(browser, "jason").headers["Set-Cookie"]

    assert re.fullmatch(r"session=[^;]+; HttpOnly; Path=/; SameSite=Lax", cookie)


def test_without_a_session_no_cookie_is_set(browser: FlaskClient) -> None:
    """An anonymous visitor stays one; caches are told that the cookie matters."""
    pages = [browser.get("/productpage") for _ in range(2)]

    assert [None, None] == [page.headers.get("Set-Cookie") for page in pages]
    assert "Cookie" in pages[0].vary


def test_cookie_of_another_key_is_anonymous(productpage: Productpage) -> None:
    """A session that we did not sign is none."""
    ours, theirs = productpage(secret="a"), productpage(secret="b")
    sign_in(theirs, "jason")
    ours.set_cookie("session", theirs.get_cookie("session").value)

    html = ours.get("/productpage").text

    assert 'data-end-user=""' in html


def test_replicas_with_one_key_share_sessions(productpage: Productpage) -> None:
    """Whichever replica answers, the end user stays signed in."""
    first, second = productpage(secret="a"), productpage(secret="a")
    sign_in(first, "jason")
    second.set_cookie("session", first.get_cookie("session").value)

    html = second.get("/productpage").text

    assert 'data-end-user="jason"' in html


def test_signing_out_clears_the_cookie(browser: FlaskClient) -> None:
    """And the next page offers to sign in."""
    sign_in(browser, "jason")

    answer = browser.get("/logout")

    assert (302, "/productpage") == (answer.status_code, answer.location)
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert "Sign in" in browser.get("/productpage").text


@pytest.mark.parametrize(
    ("referer", "location"),
    [
        (None, "/productpage"),
        ("", "/productpage"),
        ("http://localhost/productpage", "/productpage"),
        ("http://localhost/productpage?u=test&lang=ko", "/productpage?u=test&lang=ko"),
        ("http://localhost/", "/"),
        ("http://evil.example/", "/"),
        ("http://evil.example/phish", "/productpage"),
        ("http://localhost//evil.example/productpage", "/productpage"),
        ("http://localhost/login", "/productpage"),
        ("javascript:alert(1)", "/productpage"),
        ("http://[bad", "/productpage"),
    ],
)
@pytest.mark.parametrize("verb", ["login", "logout"])
def test_leads_back_to_a_page_of_ours(
    browser: FlaskClient, verb: str, referer: str | None, location: str | None
) -> None:
    """Never to another site, whatever Referer says."""
    headers = {} if referer is None else {"Referer": referer}

    answer = sign_in(browser, "jason", **headers) if verb == "login" else browser.get("/logout", headers=headers)

    assert (302, location) == (answer.status_code, answer.location)


def test_login_is_only_posted_to(browser: FlaskClient) -> None:
    """GET /login is 405, and says what is allowed."""
    answer = browser.get("/login")

    assert 405 == answer.status_code
    assert {"POST", "OPTIONS"} == set(answer.headers["Allow"].split(", "))


def test_huge_form_is_refused(browser: FlaskClient) -> None:
    """A user name needs no 16 KiB."""
    assert 413 == sign_in(browser, "a" * 20000).status_code


by_sender = pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 302),
        ({"Sec-Fetch-Site": "none"}, 302),
        ({"Origin": "http://localhost"}, 302),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:8000"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://behind.a.proxy"}, 302),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"}, 403),
    ],
)


@by_sender
def test_another_site_signs_nobody_in(browser: FlaskClient, headers: dict[str, str], status: int) -> None:
    """A browser says where a form comes from; what is no browser may say nothing."""
    answer = browser.post("/login", data={"username": "jason"}, headers=headers)

    assert status == answer.status_code
    assert ("Set-Cookie" in answer.headers) is (status == 302)


@by_sender
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_another_site_signs_nobody_out(browser: FlaskClient, method: str, headers: dict[str, str], status: int) -> None:
    """A picture on another page does not end a session; the page's own link and a typed address do."""
    sign_in(browser, "jason")

    answer = browser.open("/logout", method=method, headers=headers)

    assert status == answer.status_code
    assert ("Set-Cookie" in answer.headers) is (status == 302)
    assert ('data-end-user="jason"' in browser.get("/productpage").text) is (status == 403)
