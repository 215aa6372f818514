"""What `kubectl kustomize` makes of `manifests/base`, without kubectl; tests/kubernetes holds it to the real one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FIELDS = {"apiVersion", "kind", "resources", "patches", "nameSuffix", "labels", "images", "namespace"}

Object = dict[str, Any]


def render(folder: Path) -> list[Object]:
    """The objects of a kustomization; refuses a field that is not known here."""
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    if unknown := kustomization.keys() - FIELDS:
        raise ValueError(f"{folder}/kustomization.yaml: {', '.join(sorted(unknown))}: not known to this rendering")
    objects = [one for name in kustomization["resources"] for one in _load(folder / name)]
    for patch in kustomization.get("patches", []):
        (changes,) = _load(folder / patch["path"])
        objects = [_merged(one, changes) if _identity(one) == _identity(changes) else one for one in objects]
    for one in objects:
        one["metadata"]["name"] += kustomization.get("nameSuffix", "")
        for labels in kustomization.get("labels", []):
            _label(one, labels["pairs"])
        if one["kind"] == "Deployment":
            _choose_images(one, kustomization.get("images", []))
        if "namespace" in kustomization and one["kind"] != "Namespace":
            one["metadata"]["namespace"] = kustomization["namespace"]
    return objects


def _load(path: Path) -> list[Object]:
    return render(path) if path.is_dir() else list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def _identity(one: Object) -> tuple[str, str]:
    return one["kind"], one["metadata"]["name"]


def _merged(old: Any, new: Any) -> Any:
    """A strategic merge: mappings key by key, lists by the elements' names."""
    match old, new:
        case dict(), dict():
            return {**old, **{key: _merged(old.get(key), value) for key, value in new.items()}}
        case [{"name": _}, *_], [{"name": _}, *_]:
            ours, theirs = ({one["name"]: one for one in many} for many in (new, old))
            return [_merged(theirs.get(name), one) for name, one in ours.items()] + [
                one for name, one in theirs.items() if name not in ours
            ]
    return new


def _label(one: Object, pairs: dict[str, str]) -> None:
    """Labels as with `includeSelectors: true`: on the object, in its selector, on its pods and where they are spread."""
    one["metadata"].setdefault("labels", {}).update(pairs)
    if one["kind"] in {"Deployment", "PodDisruptionBudget"}:
        one["spec"]["selector"]["matchLabels"].update(pairs)
    if one["kind"] == "Deployment":
        template = one["spec"]["template"]
        template["metadata"]["labels"].update(pairs)
        for constraint in template["spec"]["topologySpreadConstraints"]:
            constraint["labelSelector"]["matchLabels"].update(pairs)


def _choose_images(deployment: Object, images: list[dict[str, str]]) -> None:
    tags = {image["name"]: image["newTag"] for image in images}
    for container in deployment["spec"]["template"]["spec"]["containers"]:
        if container["image"] in tags:
            container["image"] += f":{tags[container['image']]}"
