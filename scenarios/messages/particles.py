"""Korean particles after a word that is known only when it is said: `v3가`, `홍길동이`, `opennaru는`."""

from __future__ import annotations

import re
import unicodedata

PAIRS = ("은/는", "이/가", "을/를", "과/와", "으로/로", "이라고/라고")
"""After a consonant, and after a vowel."""
_FIRST, _LAST, _FINALS = ord("가"), ord("힣"), 28
_RIEUL = 8  # the final ㄹ, after which it is 로 as after a vowel
_READ = {**dict(zip("0123456789", "영일이삼사오육칠팔구", strict=True)), "%": "트"}
_VERSION = re.compile(r"\bv([0-9])$")
_VERSIONS = ("제로", "원", "투", "쓰리", "포", "파이브", "식스", "세븐", "에이트", "나인")
_CONSONANT = re.compile(r"(?:[lmn]|ng|[aeiou][bckpt])$", re.IGNORECASE)
"""How English words end that Koreans write with a final consonant: opennaru and reviews do not, admin and map do."""
_OPEN = re.compile(r"[a-z]$", re.IGNORECASE)


def with_particle(word: str, pair: str) -> str:
    """The word with the particle that it takes; with both where nobody can tell how it ends: `★을(를)`."""
    closed, opened = pair.split("/")
    final = _final(word)
    if final is None:
        return f"{word}{_either(closed, opened)}"
    if final == _RIEUL and opened == "로":
        return f"{word}{opened}"
    return f"{word}{closed if final else opened}"


def _final(word: str) -> int | None:
    """The number of the consonant that the word ends in, 0 if in a vowel; None if its sound is unknown."""
    said = unicodedata.normalize("NFC", word).rstrip(" )]}\"'`")
    if found := _VERSION.search(said):
        return _final(_VERSIONS[int(found[1])])
    last = _READ.get(said[-1:], said[-1:])
    if last and _FIRST <= ord(last) <= _LAST:
        return (ord(last) - _FIRST) % _FINALS
    if found := _CONSONANT.search(said):
        return _RIEUL if said[-1] in "lL" else 1
    return 0 if _OPEN.search(said) else None


def _either(closed: str, opened: str) -> str:
    """Both: `을(를)`, `(으)로`, `(이)라고`."""
    return f"({closed.removesuffix(opened)}){opened}" if closed.endswith(opened) else f"{closed}({opened})"
