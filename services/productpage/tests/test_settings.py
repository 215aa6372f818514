"""What the environment may say."""

from __future__ import annotations

from pathlib import Path

import pytest
from productpage.settings import Address, Settings, SettingsError


@pytest.fixture(autouse=True)
def no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def test_defaults_are_bookinfos() -> None:
    """Services by name on port 9080, called directly."""
    settings = Settings.from_environment({})

    assert {app: Address(app, 9080) for app in ("details", "reviews", "ratings")} == settings.backends
    assert {} == settings.proxies
    assert (0, False, 3.0) == (settings.flood_factor, settings.forward_cookie, settings.budget)


def test_names_ports_and_domain() -> None:
    """Kubernetes' own `*_PORT` variables are not ours."""
    settings = Settings.from_environment(
        {
            "DETAILS_HOSTNAME": "books",
            "DETAILS_SERVICE_PORT": "8080",
            "REVIEWS_PORT": "tcp://10.0.0.1:9080",
            "SERVICES_DOMAIN": "bookinfo.svc",
        }
    )

    assert Address("books.bookinfo.svc", 8080) == settings.backends["details"]
    assert Address("reviews.bookinfo.svc", 9080) == settings.backends["reviews"]


def test_proxy_for_all_but_the_exempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """http_proxy and no_proxy, as everywhere."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:15001")
    monkeypatch.setenv("no_proxy", "ratings")

    settings = Settings.from_environment({})

    assert dict.fromkeys(("details", "reviews"), Address("127.0.0.1", 15001)) == settings.proxies


def test_secret_from_the_environment() -> None:
    """Given once, shared by all replicas."""
    assert "s3cret" == Settings.from_environment({"SESSION_SECRET": "s3cret"}).secret


def test_secret_from_a_file(tmp_path: Path) -> None:
    """As a mounted Secret has it, line end and all."""
    (tmp_path / "secret").write_text("s3cret\n")

    assert "s3cret" == Settings.from_environment({"SESSION_SECRET_FILE": str(tmp_path / "secret")}).secret


def test_secret_is_made_up_if_none_is_given() -> None:
    """Never the same twice, never guessable."""
    secrets = {Settings.from_environment({}).secret for _ in range(3)}

    assert [64, 64, 64] == [len(secret) for secret in secrets]


def test_secret_is_not_printed() -> None:
    """Settings can be logged."""
    assert "s3cret" not in repr(Settings(secret="s3cret"))


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"DETAILS_SERVICE_PORT": "tcp://x"}, "DETAILS_SERVICE_PORT=tcp://x: not a whole number from 0 to 65535"),
        ({"REVIEWS_SERVICE_PORT": "65536"}, "REVIEWS_SERVICE_PORT=65536: not a whole number from 0 to 65535"),
        ({"FLOOD_FACTOR": "-1"}, "FLOOD_FACTOR=-1: not a whole number from 0 to 1000"),
        ({"FRAME_ANCESTORS": "'self'; script-src *"}, "not a list of sources"),
        ({"FRAME_ANCESTORS": "a\r\nx: y"}, "not a list of sources"),
        ({"SESSION_SECRET_FILE": "/nowhere/secret"}, "SESSION_SECRET_FILE=/nowhere/secret: cannot be read"),
        ({"SESSION_SECRET_FILE": "/dev/null"}, "SESSION_SECRET_FILE=/dev/null: the file is empty"),
    ],
)
def test_nonsense_is_refused_by_name(environment: dict[str, str], message: str) -> None:
    """The message names the variable, and what would be right."""
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment(environment)

    assert message in str(refused.value)


@pytest.mark.parametrize("proxy", ["https://proxy:1", "http://user:password@proxy:1", "http://"])
def test_proxy_that_we_cannot_use_is_refused(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    """Rather than going round it without a word."""
    monkeypatch.setenv("http_proxy", proxy)

    with pytest.raises(SettingsError):
        Settings.from_environment({})
