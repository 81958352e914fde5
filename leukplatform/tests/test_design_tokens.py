"""Contrast of the colours that meet one another, by the formula of WCAG 2.2, in both appearances."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from leukplatform.web import stylesheet

CSS = settings.BASE_DIR / "leukplatform" / "styles"
TEXT, LARGE_OR_CONTROL = 4.5, 3.0

GROUNDS = ("ground", "surface", "sunken")
PAIRS = [
    *[(ink, ground, TEXT) for ink in ("ink", "ink-soft", "accent", "accent-strong") for ground in GROUNDS],
    *[(ink, "accent-wash", TEXT) for ink in ("ink", "ink-soft", "accent", "accent-strong")],
    *[(tone, ground, TEXT) for tone in ("info", "success", "warning", "danger") for ground in GROUNDS],
    *[(tone, f"{tone}-wash", TEXT) for tone in ("info", "success", "warning", "danger")],
    *[(ink, f"{tone}-wash", TEXT) for tone in ("info", "success", "warning", "danger") for ink in ("ink", "accent")],
    *[("on-fill", fill, TEXT) for fill in ("accent-fill", "accent-fill-hover", "danger-fill", "danger-fill-hover")],
    *[("control-edge", ground, LARGE_OR_CONTROL) for ground in ("ground", "surface")],
    *[("focus", ground, LARGE_OR_CONTROL) for ground in GROUNDS],
    ("room-ink", "room", TEXT),
]


def tokens() -> dict[str, tuple[str, str]]:
    """Name -> (light, dark), each `#rrggbb`; a colour written once is the same in both."""
    css = (CSS / "tokens.css").read_text().partition("@media")[0]
    pairs = {name: (a, b) for name, a, b in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", css)}
    single = {name: (a, a) for name, a in re.findall(r"--([\w-]+): (#\w{6});", css)}
    return pairs | single


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white), https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_formula_agrees_with_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
@pytest.mark.parametrize("appearance", [0, 1], ids=["light", "dark"])
def test_text_has_enough_contrast(ink, ground, least, appearance):
    colours = tokens()
    assert contrast(colours[ink][appearance], colours[ground][appearance]) >= least


def test_colours_are_defined_only_in_the_tokens():
    """Excepted is what is the same in both appearances: the viewer's dark room and its layers, paper, the QR code."""
    for sheet in sorted(CSS.glob("*.css")):
        if sheet.name not in ("tokens.css", "viewer.css", "cells.css", "print.css", "second-factor.css"):
            assert not re.findall(r"#[0-9a-f]{3,8}\b(?=[;,\s)])", sheet.read_text()), sheet.name


def test_every_token_that_is_used_is_defined():
    defined = set(re.findall(r"^\s*--([\w-]+):", "".join(p.read_text() for p in CSS.glob("*.css")), re.MULTILINE))
    used = set(re.findall(r"var\(--([\w-]+)\)", "".join(p.read_text() for p in CSS.glob("*.css"))))
    assert used <= defined


def test_every_class_that_a_template_names_has_a_style():
    """Judged are values written out, not those a template tag puts together; `plain` are variants like their base."""
    plain = {"badge--neutral", "callout--info"}
    styled = set(re.findall(r"\.([a-z][\w-]*)", "".join(sheet.read_text() for sheet in CSS.glob("*.css"))))
    for template in sorted((settings.BASE_DIR / "templates").rglob("*.html")):
        for value in re.findall(r'\bclass="([^"{]*)"', template.read_text()):
            assert set(value.split()) <= styled | plain, f"{template.name}: {value}"


SET_BY_LIBRARIES = {"htmx-request"}


def test_every_class_that_has_a_style_is_used():
    sheets = "".join(re.sub(r"/\*.*?\*/|url\([^)]*\)", "", it.read_text(), flags=re.DOTALL) for it in CSS.glob("*.css"))
    styled = set(re.findall(r"\.([a-z][\w-]*)", sheets))
    root = settings.BASE_DIR
    folders = [root / "templates", root / "leukplatform" / "static" / "js"]
    sources = [path for folder in folders for path in folder.rglob("*") if path.suffix in (".html", ".js")]
    sources += [path for path in root.glob("*/**/*.py") if "tests" not in path.parts and ".venv" not in path.parts]
    text = "".join(path.read_text() for path in sources)
    beginnings = tuple(set(re.findall(r"([a-z][\w-]*--?)(?=\$?\{)", text)))  # a tag or a variable writes the rest
    unused = {name for name in styled - set(re.findall(r"[\w-]+", text)) if not name.startswith(beginnings)}
    assert unused <= SET_BY_LIBRARIES, "delete these rules"


def test_every_part_of_the_style_sheet_is_in_it():
    assert sorted(stylesheet.PARTS) == sorted(path.stem for path in CSS.glob("*.css"))
    whole = Path(finders.find(stylesheet.NAME)).read_text()
    assert all(path.read_text() in whole for path in CSS.glob("*.css"))
