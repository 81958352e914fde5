"""The report for doctors: conclusion first, then the text, then the evidence picture by picture."""

from __future__ import annotations

import io
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Image, KeepTogether, Paragraph, Spacer, Table, TableStyle

from diagnosis.services.reports import layout
from diagnosis.services.reports.content import PictureContent, ReportContent
from diagnosis.services.reports.layout import (
    HEADING,
    LABEL,
    NOTE,
    SMALL,
    SPACED,
    STATEMENT,
    SUBHEADING,
    TITLE,
    paragraph,
)
from diagnosis.wording import NOVELTY_LABEL, VERDICTS, label_words, novelty_words, set_label, set_words, status_words

_PICTURE_WIDTH, _PICTURE_HEIGHT = 57 * mm, 44 * mm


def render_clinical(content: ReportContent) -> bytes:
    furniture = layout.Furniture(
        kind="Haematology report",
        running_head=f"{content.patient_name} · {content.record_number} · born {layout.in_words(content.birth_date)}",
        reference=f"Case {content.case_number} · report {content.version}",
        title=f"Report {content.version} on case {content.case_number}",
        author=content.signed_by,
    )
    return layout.build(_story(content), furniture)


def _story(content: ReportContent) -> list[Flowable]:
    story: list[Flowable] = [paragraph(f"Report on case {content.case_number}", TITLE)]
    if content.amendment is not None:
        before = content.amendment
        story += [
            layout.box(
                [
                    paragraph(f"Amended report, version {content.version}", SUBHEADING),
                    paragraph(
                        f"Supersedes report {before.of_version} of {layout.day(before.of_date)}. "
                        f"Reason: {' '.join(before.reason.split())}",
                        SMALL,
                    ),
                ],
                is_alert=True,
            ),
            Spacer(0, 8),
        ]
    story += [_patient(content), _specimen(content), Spacer(0, 4)]
    story += [paragraph("Clinical question", LABEL), *layout.paragraphs(content.question), Spacer(0, 6)]
    story += [
        layout.box([paragraph("Conclusion", LABEL), Spacer(0, 2), paragraph(content.conclusion, STATEMENT)]),
        Spacer(0, 8),
        *layout.paragraphs(content.text),
        _signature(content),
        CondPageBreak(115 * mm),
        paragraph("Evidence", HEADING),
        paragraph(
            "The pictures the conclusion rests on, with what the model and the doctor found on each. "
            "The model's findings are an aid; the conclusion is the doctor's own.",
            LABEL,
        ),
        Spacer(0, 6),
    ]
    for picture in content.pictures:
        story += _picture(picture)
    if content.removed:
        story += [paragraph("Removed from the case", SUBHEADING), *(_removed(part) for part in content.removed)]
    return story


def _patient(content: ReportContent) -> Table:
    return layout.facts(
        [
            ("Patient", content.patient_name),
            ("Record number", content.record_number),
            ("Date of birth", layout.in_words(content.birth_date)),
            ("Sex", content.sex),
        ]
    )


def _specimen(content: ReportContent) -> Table:
    return layout.facts(
        [
            ("Specimen", content.specimen),
            ("Stain and magnification", f"{content.stain}, {content.magnification}×"),
            ("Collected", layout.in_words(content.collected_on) if content.collected_on else "not stated"),
            ("Reported", layout.moment(content.signed_at)),
        ]
    )


def _signature(content: ReportContent) -> KeepTogether:
    return KeepTogether(
        [
            Spacer(0, 10),
            layout.box(
                [
                    paragraph(f"Signed electronically by {content.signed_by}", SUBHEADING),
                    paragraph(
                        f"{layout.moment(content.signed_at)} · report version {content.version}",
                        SMALL,
                    ),
                    paragraph(f"SHA-256 of the evidence: {content.evidence_sha256}", LABEL),
                ]
            ),
        ]
    )


def _picture(picture: PictureContent) -> list[Flowable]:
    """Pictures and facts stay together; a long note may run over the page."""
    part = picture.evidence
    overlay = _image(picture.overlay_jpeg) if picture.overlay_jpeg is not None else paragraph("No cells drawn", LABEL)
    row = Table(
        [[_image(picture.picture_jpeg), overlay, _facts(part)]],
        colWidths=[60 * mm, 60 * mm, layout.WIDTH - 120 * mm],
    )
    row.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 6),
                ("TOPPADDING", (0, 0), (-1, -1), 0),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    head = paragraph(f"Picture {part['position']} · {part['name']}", SUBHEADING)
    sha256 = paragraph(f"SHA-256 of the picture: {part['sha256']}", LABEL)
    flowables: list[Flowable] = [KeepTogether([head, row, sha256])]
    note = " ".join((part["review"] or {}).get("note", "").split())
    if note:
        flowables.append(paragraph(f"Doctor's note: {note}", NOTE))
    return [*flowables, Spacer(0, 12)]


def _image(jpeg: bytes) -> Image:
    return Image(io.BytesIO(jpeg), width=_PICTURE_WIDTH, height=_PICTURE_HEIGHT, kind="proportional", hAlign="LEFT")


def _facts(part: dict[str, Any]) -> list[Paragraph]:
    lines = [*_machine(part), ("Doctor's review", _review(part["review"], part["analysis"]))]
    return [item for label, value in lines for item in (paragraph(label, LABEL), paragraph(value, SPACED))]


def _machine(part: dict[str, Any]) -> list[tuple[str, str]]:
    analysis = part["analysis"]
    if analysis is None:
        return [("Model", "not analysed")]
    model = f"{analysis['model']['name']} {analysis['model']['version']}"
    if "verdict" not in analysis:
        return [("Model", f"{model}: no result ({status_words(analysis['status'])})")]
    lines = [("Model", model), ("Model's finding", _finding(part["machine"], analysis["verdict"]))]
    if analysis["leukemia_score"] is not None:
        lines.append(("Leukaemia score (0 to 1)", f"{analysis['leukemia_score']:.2f}"))
        likeliest = sorted(analysis["probabilities"].items(), key=lambda item: -item[1])
        said = " · ".join(f"{label_words(name)}\u00a0{value:.2f}" for name, value in likeliest)
        lines.append(("Probabilities", said))
    # Reports signed before models gave these do not have them.
    if chosen := analysis.get("prediction_set"):
        lines.append((set_label(chosen), set_words(chosen)))
    if novelty := analysis.get("novelty"):
        lines.append((str(NOVELTY_LABEL), novelty_words(novelty)))
    return lines


def _finding(label: str | None, verdict: str) -> str:
    words = str(VERDICTS.get(verdict, verdict))
    return words if label is None or label == verdict.upper() else f"{words}: {label_words(label)}"


def _review(review: dict[str, Any] | None, analysis: dict[str, Any] | None) -> str:
    if review is None:
        return "none recorded for this picture"
    beside = review.get("analysis")  # not in evidence before format 3, whose findings were all beside the one shown
    is_earlier = beside is not None and (analysis is None or beside != analysis["id"])
    words = label_words(review["label"])
    verb = "agrees" if review["agrees"] else f"differs: {words}"
    return f"{verb} ({review['by']}{', beside an earlier analysis' if is_earlier else ''})"


def _removed(part: dict[str, Any]) -> Paragraph:
    return paragraph(f"Picture {part['position']} · {part['name']}: {part['reason']} ({part['by']})", SMALL)
