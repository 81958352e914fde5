"""The report for the patient: plain language, no machine finding, no probability."""

from __future__ import annotations

from reportlab.platypus import Flowable, KeepTogether, Spacer

from diagnosis.services.reports import layout
from diagnosis.services.reports.content import ReportContent
from diagnosis.services.reports.layout import (
    BODY,
    HEADING,
    LABEL,
    LARGE,
    SMALL,
    STATEMENT,
    SUBHEADING,
    TITLE,
    paragraph,
)

_IF_UNCLEAR = (
    "Write your questions down and bring this letter to your next appointment. If you cannot wait for an answer, call "
    "your doctor's office."
)
_IF_UNWELL = (
    "Fever, bleeding that does not stop, shortness of breath or feeling suddenly much worse: call your doctor's office "
    "or the emergency service at once, at any hour."
)


def render_for_patient(content: ReportContent) -> bytes:
    furniture = layout.Furniture(
        kind="Your report",
        running_head=f"{content.patient_name} · born {layout.in_words(content.birth_date)}",
        reference=f"Report {content.case_number}-{content.version}",
        title="Your report",
        author=content.signed_by,
    )
    return layout.build(_story(content), furniture)


def _story(content: ReportContent) -> list[Flowable]:
    story: list[Flowable] = [paragraph(f"Report for {content.patient_name}", TITLE)]
    if content.amendment is not None:
        story += [
            layout.box(
                [
                    paragraph("This report replaces an earlier one", SUBHEADING),
                    paragraph(
                        f"Please go by this one. The earlier one is of {layout.day(content.amendment.of_date)}.",
                        SMALL,
                    ),
                ],
                is_alert=True,
            ),
            Spacer(0, 8),
        ]
    collected = f" of {layout.in_words(content.collected_on)}" if content.collected_on else ""
    story += [
        layout.facts(
            [
                ("What was examined", f"{content.specimen}{collected}"),
                ("Date of birth", layout.in_words(content.birth_date)),
                ("Your doctor", content.signed_by),
                ("Date of the report", layout.day(content.signed_at)),
            ]
        ),
        Spacer(0, 8),
        layout.box([paragraph("In short", LABEL), Spacer(0, 2), paragraph(content.plain_words, STATEMENT)]),
        Spacer(0, 10),
        *layout.paragraphs(content.patient_text, LARGE),
        KeepTogether([paragraph("If you feel unwell", HEADING), paragraph(_IF_UNWELL, BODY)]),
        KeepTogether([paragraph("If something is unclear", HEADING), paragraph(_IF_UNCLEAR, BODY)]),
        KeepTogether(
            [
                Spacer(0, 10),
                layout.box(
                    [
                        paragraph(f"Signed electronically by {content.signed_by}", SUBHEADING),
                        paragraph(layout.moment(content.signed_at), SMALL),
                    ]
                ),
            ]
        ),
    ]
    return story
