"""Writes down what the CRDs of Istio and of the Gateway API say of their objects: `make crds`, with Go.

Every kind with its versions, and of the kinds that are translated or about security the schema of a spec without its
descriptions. Of the Gateway API it is the experimental channel, which has all that istiod reads, such as the retries of an
HTTPRoute.
"""

from __future__ import annotations

import json
import shutil
import subprocess  # noqa: TID251  # asks Go where Istio's module lies
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from platforms.istio.schema.crds import DATA, GATEWAY_API_DATA

_FOLDER = Path(__file__).parents[1] / "tests" / "parity" / "oracle"
"""Its `go.mod` names the version of Istio."""
_DEFINITION = "CustomResourceDefinition"
_WIDTH = 160


@dataclass(frozen=True, slots=True)
class Origin:
    """The module that CRDs come from, and what is taken of them."""

    module: str
    files: str
    """One file, or all of a pattern."""
    kinds: tuple[str, ...]
    """Those that are translated."""
    licence: str
    data: Path


ISTIO = Origin(
    "istio.io/istio",
    "manifests/charts/base/files/crd-all.gen.yaml",
    (
        "AuthorizationPolicy",
        "DestinationRule",
        "Gateway",
        "PeerAuthentication",
        "RequestAuthentication",
        "ServiceEntry",
        "VirtualService",
    ),
    "Apache-2.0, Istio Authors",
    DATA,
)
GATEWAY_API = Origin(
    "sigs.k8s.io/gateway-api",
    "config/crd/experimental/gateway.networking.k8s.io_*.yaml",
    ("Gateway", "HTTPRoute"),
    "Apache-2.0, The Kubernetes Authors",
    GATEWAY_API_DATA,
)


def main() -> int:
    """Write the data of the versions that `go.mod` names."""
    go = shutil.which("go")
    if go is None:
        raise SystemExit("make crds: there is no Go here: https://go.dev/doc/install")
    for origin in (ISTIO, GATEWAY_API):
        subprocess.run((go, "mod", "download", origin.module), cwd=_FOLDER, check=True)
        asked = (go, "list", "-m", "-f", "{{.Path}} {{.Version}}\n{{.Dir}}", origin.module)
        told = subprocess.run(asked, cwd=_FOLDER, check=True, capture_output=True, text=True).stdout
        source, folder = told.splitlines()
        texts = [file.read_text(encoding="utf-8") for file in sorted(Path(folder).glob(origin.files))]
        origin.data.write_text(written("\n---\n".join(texts), source, origin), encoding="utf-8")
        print(f"{origin.data}: {source}")
    return 0


def written(crds: str, source: str, origin: Origin = ISTIO) -> str:
    """The text of the data for the CRDs in a text, which came from `source`."""
    documents = (one for one in yaml.load_all(crds, Loader=yaml.CSafeLoader) if one)
    found = [one["spec"] for one in documents if one.get("kind", _DEFINITION) == _DEFINITION]
    by_kind = {one["names"]["kind"]: one for one in found}
    document = {
        "source": source,
        "file": origin.files,
        "licence": origin.licence,
        "versions": {
            f"{one['group']}/{kind}": [version["name"] for version in one["versions"] if version["served"]]
            for kind, one in sorted(by_kind.items())
        },
        "specs": {kind: _spec(by_kind[kind]) for kind in origin.kinds},
    }
    return "".join(_lines(document, "")) + "\n"


def _spec(definition: dict[str, Any]) -> Any:
    """The schema of a kind's spec; it is one for all versions, as nothing is converted between them."""
    specs = [one["schema"]["openAPIV3Schema"]["properties"]["spec"] for one in definition["versions"]]
    if any(one != specs[0] for one in specs):
        raise SystemExit(
            f"make crds: the versions of {definition['names']['kind']} differ, and one schema is kept for all"
        )
    return _shared(_without_descriptions(specs[0]))


def _without_descriptions(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_descriptions(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: _without_descriptions(one) for name, one in value.items()}
        if key == "properties"  # where a description is a field
        else _without_descriptions(value)
        for key, value in schema.items()
        if key != "description"
    }


def _shared(schema: dict[str, Any]) -> dict[str, Any]:
    """The same with every field that comes again, such as `trafficPolicy`, in one place for all."""
    seen: Counter[tuple[str, str]] = Counter()

    def count(one: Any) -> None:
        for name, inner in one.get("properties", {}).items():
            seen[field := (name, json.dumps(inner))] += 1
            if seen[field] == 1:
                count(inner)
        for inner in filter(None, (one.get("items"), one.get("additionalProperties"))):
            count(inner)

    count(schema)
    often = [(name, text) for (name, text), times in seen.items() if times > 1 and '"properties"' in text]
    if twice := {name for name, _ in often if [other for other, _ in often].count(name) > 1}:
        raise SystemExit(f"make crds: two different fields that come again have one name: {', '.join(sorted(twice))}")

    def replaced(one: Any) -> Any:
        if isinstance(one, list):
            return [replaced(inner) for inner in one]
        if not isinstance(one, dict):
            return one
        return {
            name: {"$ref": f"#/$defs/{name}"} if (name, json.dumps(inner)) in often else replaced(inner)
            for name, inner in one.items()
        }

    return {**replaced(schema), "$defs": {name: replaced(json.loads(text)) for name, text in sorted(often)}}


def _lines(value: Any, margin: str, before: str = "", after: str = "") -> Iterator[str]:
    """JSON, with everything on one line that has room there: small to read, and small to compare."""
    short = f"{margin}{before}{json.dumps(value, ensure_ascii=False)}{after}"
    if len(short) <= _WIDTH or not value or not isinstance(value, dict | list):
        yield short
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield f"{margin}{before}{opening}\n"
    inner = (
        [(f"{json.dumps(name)}: ", one) for name, one in value.items()]
        if isinstance(value, dict)
        else [("", one) for one in value]
    )
    for number, (name, one) in enumerate(inner, 1):
        yield from _lines(one, f"{margin} ", name, ",\n" if number < len(inner) else "\n")
    yield f"{margin}{closing}{after}"


if __name__ == "__main__":
    sys.exit(main())
