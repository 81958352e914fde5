"""The list of reading pages: address, title, summary, sources and date of the last review."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_RENEWED = _("web page, renewed by its publisher")


@dataclass(frozen=True, slots=True)
class Source:
    title: str
    publisher: str  # authors and journal, or the body that publishes it
    year: str | Promise = _RENEWED  # else a year with volume and pages
    url: str = ""


_FILE = Path(__file__).with_name("sources.toml")  # read when the platform starts
SOURCES = {key: Source(**entry) for key, entry in tomllib.loads(_FILE.read_text(encoding="utf-8")).items()}


@dataclass(frozen=True, slots=True)
class Page:
    slug: str
    title: str | Promise
    summary: str | Promise  # one sentence, for the index and under the heading
    source_keys: tuple[str, ...]
    reviewed_on: date = date(2026, 11, 21)

    @property
    def template(self) -> str:
        return f"education/{self.slug.replace('-', '_')}.html"

    @property
    def sources(self) -> tuple[Source, ...]:
        return tuple(SOURCES[key] for key in self.source_keys)


@dataclass(frozen=True, slots=True)
class Group:
    title: str | Promise
    pages: tuple[Page, ...]


_LYMPHOBLASTIC = Group(
    _("Acute lymphoblastic leukaemia and its look-alike"),
    (
        Page(
            "acute-lymphoblastic-leukaemia",
            _("Acute lymphoblastic leukaemia"),
            _("A fast-growing cancer of very young white blood cells. Start here."),
            ("nhs-all", "pdq-all-child", "pdq-all-adult", "hunger-mullighan", "esmo-all", "who-5", "greaves", "bcuk"),
        ),
        Page(
            "early-pre-b",
            _("Early pre-B acute lymphoblastic leukaemia"),
            _("The leukaemic cells stopped growing up at an early step. Doctors also call it common ALL."),
            ("egil", "who-5-lymphoid", "hunger-mullighan", "inaba-mullighan", "pdq-all-child", "nice-sepsis"),
        ),
        Page(
            "pre-b",
            _("Pre-B acute lymphoblastic leukaemia"),
            _("The leukaemic cells stopped one step later, when they had begun to build part of an antibody."),
            ("egil", "who-5-lymphoid", "hunger-mullighan", "inaba-mullighan", "malard-mohty", "nice-sepsis"),
        ),
        Page(
            "pro-b",
            _("Pro-B acute lymphoblastic leukaemia"),
            _("The leukaemic cells stopped at the earliest step of all. It is seen in babies and in adults too."),
            ("egil", "who-5-lymphoid", "hunger-mullighan", "malard-mohty", "esmo-all", "nice-sepsis"),
        ),
        Page(
            "benign-haematogones",
            _("Benign haematogones"),
            _("Healthy young cells of the bone marrow that can look like leukaemia and are not."),
            ("mckenna", "longacre", "chantepie", "icsh-marrow"),
        ),
    ),
)
_OTHERS = Group(
    _("Other leukaemias, in short"),
    (
        Page(
            "acute-myeloid-leukaemia",
            _("Acute myeloid leukaemia"),
            _("A fast-growing leukaemia that starts in another family of young blood cells."),
            ("nhs-aml", "eln-aml", "esmo-aml", "who-5-myeloid", "bcuk"),
        ),
        Page(
            "chronic-lymphocytic-leukaemia",
            _("Chronic lymphocytic leukaemia"),
            _("A slow leukaemia, mostly of older people. Many need no treatment for years."),
            ("nhs-cll", "iwcll", "esmo-cll", "who-5-lymphoid", "bcuk"),
        ),
        Page(
            "chronic-myeloid-leukaemia",
            _("Chronic myeloid leukaemia"),
            _("A slow leukaemia with one known cause inside the cell, and tablets made to block it."),
            ("nhs-cml", "eln-cml", "esmo-cml", "who-5-myeloid", "bcuk"),
        ),
    ),
)
_REPORTS = Group(
    _("Your report"),
    (
        Page(
            "how-a-report-comes-about",
            _("How a report comes about"),
            _("What happens to a sample, what the computer does, and why a doctor signs."),
            ("icsh-marrow", "nice-haem", "who-ai", "taleqani"),
        ),
        Page(
            "your-data",
            _("Your data and your rights"),
            _("Who may read your record, how you see who did, and what you can ask for."),
            ("gdpr", "iso-27789", "wma-taipei"),
        ),
        Page(
            "glossary",
            _("Glossary"),
            _("The words of the laboratory and the ward, in plain language."),
            ("who-5", "nhs-all", "pdq-all-adult", "icsh-marrow"),
        ),
    ),
)

GROUPS: tuple[Group, ...] = (_LYMPHOBLASTIC, _OTHERS, _REPORTS)
PAGES: dict[str, Page] = {page.slug: page for group in GROUPS for page in group.pages}
