"""The list of reading pages: address, title, what the index says of them, sources, date of the last review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from leukplatform.education.sources import SOURCES, Source


@dataclass(frozen=True, slots=True)
class Page:
    slug: str
    title: str
    summary: str  # one sentence, for the index and under the heading
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
    title: str
    pages: tuple[Page, ...]


_LYMPHOBLASTIC = Group(
    "Acute lymphoblastic leukaemia and its look-alike",
    (
        Page(
            "acute-lymphoblastic-leukaemia",
            "Acute lymphoblastic leukaemia",
            "A fast-growing cancer of very young white blood cells. Start here.",
            ("nhs-all", "pdq-all-child", "pdq-all-adult", "hunger-mullighan", "esmo-all", "who-5", "greaves", "bcuk"),
        ),
        Page(
            "early-pre-b",
            "Early pre-B acute lymphoblastic leukaemia",
            "The leukaemic cells stopped growing up at an early step. Doctors also call it common ALL.",
            ("egil", "who-5-lymphoid", "hunger-mullighan", "inaba-mullighan", "pdq-all-child", "nice-sepsis"),
        ),
        Page(
            "pre-b",
            "Pre-B acute lymphoblastic leukaemia",
            "The leukaemic cells stopped one step later, when they had begun to build part of an antibody.",
            ("egil", "who-5-lymphoid", "hunger-mullighan", "inaba-mullighan", "malard-mohty", "nice-sepsis"),
        ),
        Page(
            "pro-b",
            "Pro-B acute lymphoblastic leukaemia",
            "The leukaemic cells stopped at the earliest step of all. It is seen in babies and in adults too.",
            ("egil", "who-5-lymphoid", "hunger-mullighan", "malard-mohty", "esmo-all", "nice-sepsis"),
        ),
        Page(
            "benign-haematogones",
            "Benign haematogones",
            "Healthy young cells of the bone marrow that can look like leukaemia and are not.",
            ("mckenna", "longacre", "chantepie", "icsh-marrow"),
        ),
    ),
)
_OTHERS = Group(
    "Other leukaemias, in short",
    (
        Page(
            "acute-myeloid-leukaemia",
            "Acute myeloid leukaemia",
            "A fast-growing leukaemia that starts in another family of young blood cells.",
            ("nhs-aml", "eln-aml", "esmo-aml", "who-5-myeloid", "bcuk"),
        ),
        Page(
            "chronic-lymphocytic-leukaemia",
            "Chronic lymphocytic leukaemia",
            "A slow leukaemia, mostly of older people. Many need no treatment for years.",
            ("nhs-cll", "iwcll", "esmo-cll", "who-5-lymphoid", "bcuk"),
        ),
        Page(
            "chronic-myeloid-leukaemia",
            "Chronic myeloid leukaemia",
            "A slow leukaemia with one known cause inside the cell, and tablets made to block it.",
            ("nhs-cml", "eln-cml", "esmo-cml", "who-5-myeloid", "bcuk"),
        ),
    ),
)
_REPORTS = Group(
    "Your report",
    (
        Page(
            "how-a-report-comes-about",
            "How a report comes about",
            "What happens to a sample, what the computer does, and why a doctor signs.",
            ("icsh-marrow", "nice-haem", "who-ai", "taleqani"),
        ),
        Page(
            "your-data",
            "Your data and your rights",
            "Who may read your record, how you see who did, and what you can ask for.",
            ("gdpr", "iso-27789", "wma-taipei"),
        ),
        Page(
            "glossary",
            "Glossary",
            "The words of the laboratory and the ward, in plain language.",
            ("who-5", "nhs-all", "pdq-all-adult", "icsh-marrow"),
        ),
    ),
)

GROUPS: tuple[Group, ...] = (_LYMPHOBLASTIC, _OTHERS, _REPORTS)
DISEASES: tuple[Page, ...] = (*_LYMPHOBLASTIC.pages, *_OTHERS.pages)
PAGES: dict[str, Page] = {page.slug: page for group in GROUPS for page in group.pages}
