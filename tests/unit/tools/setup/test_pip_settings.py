"""pip's settings in uv's words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tools.setup.pip_settings import for_uv, read

LISTING = """\
:env:.find-links='/opt/wheels /srv/wheels'
:env:.proxy='http://proxy:3128'
download.index-url='https://not-for-install/simple'
global.cert='/etc/ssl/ours.pem'
global.extra-index-url='\\nhttps://one/simple\\nhttps://two/simple'
global.index-url='https://global/simple'
global.proxy='http://overridden:1'
install.index-url='https://reader:pass=word@install/simple'
install.trusted-host='install other:8443'
"""


def test_for_uv() -> None:
    """Uv is told where to look, and on which terms, as pip takes it when it installs."""
    assert for_uv(read(LISTING)) == {
        "UV_SYSTEM_CERTS": "1",
        "UV_DEFAULT_INDEX": "https://reader:pass=word@install/simple",
        "UV_INDEX": "https://one/simple https://two/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": "/opt/wheels,/srv/wheels",
        "UV_INSECURE_HOST": "install other:8443",
        "SSL_CERT_FILE": "/etc/ssl/ours.pem",
        "HTTP_PROXY": "http://proxy:3128",
        "HTTPS_PROXY": "http://proxy:3128",
    }


def test_nothing_set() -> None:
    """Where pip has no settings of its own, uv is told only to trust whom the system trusts."""
    assert for_uv(read("")) == {"UV_SYSTEM_CERTS": "1"}


def test_no_cache() -> None:
    """Pip keeps nothing whatever `no-cache-dir` is set to, and so does uv."""
    assert for_uv(read("global.no-cache-dir='false'\n"))["UV_NO_CACHE"] == "1"


@given(st.dictionaries(st.sampled_from(["index-url", "proxy", "cert"]), st.text(st.characters(codec="utf-8"))))
def test_read(settings: dict[str, str]) -> None:
    """A value is read as it was printed, whatever is in it."""
    assert settings == read("".join(f"global.{key}={value!r}\n" for key, value in settings.items()))
