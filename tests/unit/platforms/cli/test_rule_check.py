"""Every object of files is judged, in the words of `apply`, with no demo up."""

from __future__ import annotations

from pathlib import Path

import pytest

from platforms.cli import own_rules
from platforms.cli.rule_check import RuleCheck, check
from platforms.errors import Unsupported, UsageError

HEAD = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: %s}\n"
RULE = HEAD + "spec: {hosts: [%s], http: [{route: [{destination: {host: %s}}]}]}\n"
BY_TCP = HEAD % "ratings" + "spec:\n  hosts: [ratings]\n  tcp:\n  - route: [{destination: {host: ratings}}]\n"
NEGATIVE = (
    HEAD % "details"
    + "spec:\n  hosts: [details]\n  http:\n  - route:\n    - destination: {host: details}\n      weight: -1\n"
)


def checked(folder: Path, *texts: str, platform: str = "local") -> RuleCheck:
    """The verdicts on the texts, each a file of its own."""
    for number, text in enumerate(texts):
        (folder / f"{number}.yaml").write_text(text)
    return check([str(folder)], platform)


def told(result: RuleCheck) -> list[tuple[str, int, str, str]]:
    return [(Path(one.file).name, one.line, one.name, one.outcome) for one in result.verdicts]


def test_every_object_has_a_verdict_at_its_line(tmp_path: Path) -> None:
    """One that is refused leaves the others what they are, and a file that cannot be read is refused as one."""
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: reviews}\n"
    result = checked(
        tmp_path, "---\n".join((RULE % (("reviews",) * 3), service, BY_TCP)), NEGATIVE, "a: [", "kind: [1]"
    )

    assert [
        ("0.yaml", 1, "VirtualService reviews", "accepted"),
        ("0.yaml", 6, "Service reviews", "set aside"),
        ("0.yaml", 15, "VirtualService ratings", "refused"),
        ("1.yaml", 1, "VirtualService details", "refused"),
        ("2.yaml", 2, "", "refused"),
        ("3.yaml", 1, "", "refused"),
    ] == told(result)
    assert not result.is_accepted
    reasons = [one.reason for one in result.verdicts]
    assert "spec.tcp: not supported on platform local" == reasons[2]
    assert reasons[3].endswith("configuration is invalid: weight -1 < 0")
    assert "document 1: apiVersion is missing" == reasons[5]


def test_what_is_given_twice_is_refused_once(tmp_path: Path) -> None:
    """The second time, with the place of the first."""
    result = checked(tmp_path, RULE % (("reviews",) * 3), RULE % (("reviews",) * 3))

    assert ["accepted", "refused"] == [one.outcome for one in result.verdicts]
    assert f"given twice, also in {tmp_path / '0.yaml'}" == result.verdicts[1].reason


def test_what_its_author_should_know_stands_with_the_object(tmp_path: Path) -> None:
    """Also where another object begins with the same name."""
    missing = RULE.replace("host: %s", "host: %s, subset: v9")
    result = checked(tmp_path, RULE % ("reviews-a", "a.example", "reviews"), missing % (("reviews",) * 3))

    assert result.is_accepted
    assert [[], ["IST0101"]] == [[found.code for found in one.findings] for one in result.verdicts]
    assert [("0.yaml", 1), ("1.yaml", 1)] == [line[:2] for line in told(result)]


@pytest.mark.parametrize("platform", ["local", "kubernetes"])
def test_a_platform_is_named_where_it_is_the_reason(tmp_path: Path, platform: str) -> None:
    """Both refuse what is not translated, each in its words; `apply --dry-run` in the same."""
    (verdict,) = checked(tmp_path, BY_TCP, platform=platform).verdicts
    with pytest.raises(Unsupported) as raised:
        own_rules.dry_run(own_rules.read([str(tmp_path)]), platform)

    assert ("platform local" in verdict.reason) == (platform == "local")
    assert str(raised.value).endswith(verdict.reason)


def test_a_dry_run_says_what_apply_would(tmp_path: Path) -> None:
    """What is noted of the files, what steps aside, and what is found."""
    (tmp_path / "a.yaml").write_text(
        RULE % ("own", "reviews", "reviews") + "---\napiVersion: v1\nkind: Service\nmetadata: {name: x}\n"
    )
    remarks = own_rules.dry_run(own_rules.read([str(tmp_path)]), "local")

    assert [True, True, True] == [
        any(said in note for note in remarks.notes) for said in ("read 1 file", "set aside", "steps aside")
    ]


def test_a_file_that_is_not_there() -> None:
    """It has no verdict: the question makes no sense."""
    with pytest.raises(UsageError, match="cannot be read"):
        check(["no/such.yaml"], "local")
