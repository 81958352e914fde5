"""One picture in the report for doctors: the images, and what the model and the doctor found."""

from __future__ import annotations

import io
from typing import Any

from django.utils.translation import gettext as _
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, KeepTogether, Paragraph, Spacer, Table, TableStyle

from diagnosis.services.reports import layout
from diagnosis.services.reports.content import PictureContent
from diagnosis.services.reports.layout import LABEL, NOTE, SMALL, SPACED, SUBHEADING, paragraph
from diagnosis.wording import (
    DECIDED,
    NOVELTY_LABEL,
    VERDICTS,
    differential_words,
    label_words,
    novelty_words,
    scale_words,
    set_label,
    set_words,
    share_words,
    status_words,
)

_PICTURE_WIDTH, _PICTURE_HEIGHT = 57 * mm, 44 * mm
_STYLE = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 6),
        ("TOPPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
)


def shown(picture: PictureContent) -> list[Flowable]:
    """Set images and facts together; a long note may run over the page."""
    part = picture.evidence
    drawn = picture.drawn_jpeg
    overlay = paragraph(_("No cells drawn"), LABEL) if drawn is None else _image(drawn)
    row = Table(
        [[_image(picture.picture_jpeg), overlay, _facts(part)]],
        colWidths=[60 * mm, 60 * mm, layout.WIDTH - 120 * mm],
    )
    row.setStyle(_STYLE)
    head = paragraph(_named(part), SUBHEADING)
    sha256 = paragraph(_("SHA-256 of the picture: %(digest)s") % {"digest": part["sha256"]}, LABEL)
    flowables: list[Flowable] = [KeepTogether([head, row, sha256])]
    note = " ".join((part["review"] or {}).get("note", "").split())
    if note:
        flowables.append(paragraph(_("Doctor's note: %(note)s") % {"note": note}, NOTE))
    return [*flowables, Spacer(0, 12)]


def removed(part: dict[str, Any]) -> Paragraph:
    """Name a picture that was taken out of the case, with the reason and the doctor."""
    return paragraph(f"{_named(part)}: {part['reason']} ({part['by']})", SMALL)


def _named(part: dict[str, Any]) -> str:
    return f"{_('Picture %(position)s') % {'position': part['position']}} · {part['name']}"


def _image(jpeg: bytes) -> Image:
    return Image(io.BytesIO(jpeg), width=_PICTURE_WIDTH, height=_PICTURE_HEIGHT, kind="proportional", hAlign="LEFT")


def _facts(part: dict[str, Any]) -> list[Paragraph]:
    lines = [*_machine(part), (_("Doctor's review"), _review(part["review"], part["analysis"]))]
    return [item for label, value in lines for item in (paragraph(label, LABEL), paragraph(value, SPACED))]


def _machine(part: dict[str, Any]) -> list[tuple[str, str]]:
    analysis = part["analysis"]
    if analysis is None:
        return [(_("Model"), _("not analysed"))]
    model = f"{analysis['model']['name']} {analysis['model']['version']}"
    if "verdict" not in analysis:
        said = _("%(model)s: no result (%(status)s)") % {"model": model, "status": status_words(analysis["status"])}
        return [(_("Model"), said)]
    lines = [(_("Model"), model), (_("Model's finding"), _finding(part["machine"], analysis["verdict"]))]
    if analysis["verdict"] in DECIDED and analysis["leukemia_score"] is not None:
        lines.append((_("Leukaemia score (0 to 1)"), f"{analysis['leukemia_score']:.2f}"))
    return [*lines, *_cells(analysis), *_subtype(analysis)]


def _cells(analysis: dict[str, Any]) -> list[tuple[str, str]]:
    """The counted cells and their scale; reports signed before there was a cell reader have neither."""
    if not analysis.get("reader"):
        return []
    lines = [(_("Scale"), scale_words(analysis["scale"]))]
    if count := analysis["count"]:
        lines += [(_("Blasts"), share_words(count)), (_("Cells by the machine"), differential_words(count))]
    if count := analysis["doctors_count"]:
        lines += [(_("Blasts, cells named by the doctors"), share_words(count))]
        lines += [(_("Cells by the doctors"), differential_words(count))]
    return lines


def _subtype(analysis: dict[str, Any]) -> list[tuple[str, str]]:
    """Write the suggested subtype beside a verdict of leukaemia."""
    if analysis.get("reader") and not analysis["probabilities"]:
        return []
    lines = []
    if analysis["verdict"] in DECIDED and analysis["probabilities"]:
        likeliest = sorted(analysis["probabilities"].items(), key=lambda item: -item[1])
        said = " · ".join(f"{label_words(name)}\u00a0{value:.2f}" for name, value in likeliest)
        lines.append((_("Suggested subtype, probabilities"), said))
        # Reports signed before models gave sets and novelty do not have them.
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
        return _("none recorded for this picture")
    beside = review.get("analysis")  # not in evidence before format 3, whose findings were all beside the one shown
    is_earlier = beside is not None and (analysis is None or beside != analysis["id"])
    verb = _("agrees") if review["agrees"] else _("differs: %(words)s") % {"words": label_words(review["label"])}
    if is_earlier:
        return _("%(verb)s (%(doctor)s, beside an earlier analysis)") % {"verb": verb, "doctor": review["by"]}
    return f"{verb} ({review['by']})"
