"""`python -m leukplatform.operations.supply.sbom --out FILE` writes the bill of materials: CycloneDX 1.6, JSON.

It lists what is served: the packages of `locks/production.txt` that belong on this platform, script, icons and fonts of
others that lie in the repository, and each released model, these with the SHA-256 of their files. The same sources give
the same bytes: no clock and no random number is in it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import uuid
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from leukplatform.operations.supply.locks import LOCKS, ROOT, Pin, closure, declared, needs, project, read_requirements

Component = dict[str, Any]

RELEASED = ROOT / "mlworker" / "released"
HTMX = ROOT / "leukplatform" / "static" / "vendor" / "htmx.min.js"
_FONTS_AND_ICONS = {  # name -> licence by its SPDX name, files
    "atkinson-hyperlegible-next": ("OFL-1.1", "leukplatform/static/fonts/next-*.woff2"),
    "atkinson-hyperlegible-mono": ("OFL-1.1", "leukplatform/static/fonts/mono-*.woff2"),
    "noto-sans": ("OFL-1.1", "diagnosis/fonts/NotoSans-*.ttf"),
    "droid-sans-fallback": ("Apache-2.0", "diagnosis/fonts/DroidSansFallback.ttf"),
    "tabler-icons": ("MIT", "leukplatform/static/img/icons.svg"),
}
_APPLICATION = "leukplatform"


def build() -> dict[str, Any]:
    """Return the whole bill. Raises `ValueError` when what is installed is not what the lock names."""
    pins = [pin for pin in read_requirements(LOCKS / "production.txt") if pin.is_for_this_platform]
    packages = [_package(pin) for pin in pins]
    models = [_model(card.parent) for card in sorted(RELEASED.glob("*/card.json"))]
    beside = [_htmx(), *(_drawn(name) for name in _FONTS_AND_ICONS), *models]
    named = declared("serve", "production")
    direct = [_reference(pin) for pin in pins if pin.name in {it.name for it in named}]
    bill = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"lifecycles": [{"phase": "build"}], "component": _application()},
        "components": [*packages, *beside],
        "dependencies": [
            {"ref": _APPLICATION, "dependsOn": sorted([*direct, *(component["bom-ref"] for component in beside)])},
            *_dependencies(pins, closure(pin.requirement for pin in named)),
        ],
    }
    return {**bill, "serialNumber": _serial(bill)}


def _application() -> Component:
    version = project()["project"]["version"]
    return _component("application", _APPLICATION, _APPLICATION, version=version, licenses=[_licence("MIT")])


def _component(kind: str, reference: str, name: str, **facts: Any) -> Component:
    return {"type": kind, "bom-ref": reference, "name": name, **facts}


def _licence(identifier: str) -> dict[str, Any]:
    """State a licence by its SPDX name."""
    return {"license": {"id": identifier}}


# --- Packages -------------------------------------------------------------------------------------------------------
def _reference(pin: Pin) -> str:
    return f"pkg:pypi/{pin.name}@{pin.version}"


def _package(pin: Pin) -> Component:
    installed = _installed(pin)
    url = _reference(pin)
    files = {"type": "distribution", "url": url, "hashes": [_sha256(value) for value in pin.sha256]}
    component = _component("library", url, pin.name, version=pin.version, purl=url, externalReferences=[files])
    licences = _licences(installed)
    return {**component, "licenses": licences} if licences else component


def _installed(pin: Pin) -> Distribution:
    try:
        installed = distribution(pin.name)
    except PackageNotFoundError as error:
        raise ValueError(f"{pin.name} is not installed: make install") from error
    if installed.version != pin.version:
        raise ValueError(f"{pin.name} {installed.version} is installed, the lock names {pin.version}: make install")
    return installed


def _licences(installed: Distribution) -> list[dict[str, Any]]:
    """Return the stated licence: the SPDX expression, else the classifiers, else the first line of the text."""
    said = installed.metadata.json
    if said.get("license_expression"):
        return [{"expression": said["license_expression"]}]
    classifiers = [text for text in said.get("classifier", []) if text.startswith("License ::")]
    names = [text.rpartition(" :: ")[2] for text in classifiers]
    return [{"license": {"name": name}} for name in names or str(said.get("license", "")).strip().splitlines()[:1]]


def _dependencies(pins: list[Pin], asked: dict[str, set[str]]) -> list[dict[str, Any]]:
    """Return which package needs which; `asked` holds the extras in use, as `closure` finds them."""
    listed = {pin.name: _reference(pin) for pin in pins}
    edges = []
    for pin in pins:
        names = {canonicalize_name(needed.name) for needed in needs(pin.name, asked[pin.name])}
        edges.append({"ref": _reference(pin), "dependsOn": sorted(listed[name] for name in names)})
    return edges


# --- What lies in the repository ------------------------------------------------------------------------------------
def _htmx() -> Component:
    version = re.search(r'version:"([0-9.]+)"', HTMX.read_text(encoding="utf-8"))
    if version is None:
        raise ValueError(f"{HTMX} names no version.")
    url = f"pkg:npm/htmx.org@{version[1]}"
    facts = {"licenses": [_licence("0BSD")], "hashes": [_digest(HTMX)]}
    return _component("library", url, "htmx.org", version=version[1], purl=url, **facts)


def _drawn(name: str) -> Component:
    """Describe a set of fonts or icons; their makers give the files no version."""
    licence, pattern = _FONTS_AND_ICONS[name]
    reference = f"data:{name}"
    files = [_file(reference, path) for path in sorted(ROOT.glob(pattern))]
    return _component("data", reference, name, licenses=[_licence(licence)], components=files)


def _model(folder: Path) -> Component:
    """Describe one released model. Its hash is that of the served graph; every file of its folder has one as well."""
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    reference = f"model:{card['name']}@{card['version']}"
    return _component(
        "machine-learning-model",
        reference,
        card["name"],
        version=card["version"],
        description=card["intended_use"],
        hashes=[_digest(folder / "model.onnx")],
        components=[_file(reference, path) for path in sorted(folder.iterdir()) if path.is_file()],
        modelCard={
            "modelParameters": {
                "task": "image classification",
                "modelArchitecture": card["architecture"],
                "datasets": [{"type": "dataset", "name": "training data", "description": card["training_data"]}],
            },
            "considerations": {"useCases": [card["intended_use"]], "technicalLimitations": card["limits"]},
        },
    )


def _file(owner: str, path: Path) -> Component:
    return _component("file", f"{owner}/{path.name}", path.relative_to(ROOT).as_posix(), hashes=[_digest(path)])


def _digest(path: Path) -> dict[str, str]:
    return _sha256(hashlib.sha256(path.read_bytes()).hexdigest())


def _sha256(value: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": value}


def _serial(bill: dict[str, Any]) -> str:
    """Make a serial number of the content, so that the same sources have the same."""
    return uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(bill, sort_keys=True)).urn


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    out: Path = parser.parse_args().out
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(build(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
