"""The report for doctors: conclusion first, then the text, then the evidence picture by picture."""

from __future__ import annotations

from django.utils.translation import gettext as _
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Spacer, Table

from diagnosis.services.reports import layout, pages, picture_block
from diagnosis.services.reports.content import Amendment, ReportContent
from diagnosis.services.reports.layout import HEADING, LABEL, SMALL, STATEMENT, SUBHEADING, TITLE, paragraph


def render_clinical(content: ReportContent) -> bytes:
    """Return the PDF for doctors."""
    names = {"version": content.version, "case": content.case_number}
    born = _("born %(day)s") % {"day": layout.in_words(content.birth_date)}
    furniture = pages.Furniture(
        kind=_("Haematology report"),
        running_head=f"{content.patient_name} · {content.record_number} · {born}",
        reference=_("Case %(case)s · report %(version)s") % names,
        title=_("Report %(version)s on case %(case)s") % names,
        author=content.signed_by,
    )
    return pages.build(_story(content), furniture)


def _story(content: ReportContent) -> list[Flowable]:
    story: list[Flowable] = [paragraph(_("Report on case %(case)s") % {"case": content.case_number}, TITLE)]
    if content.amendment is not None:
        story += [_amended(content.amendment, content.version), Spacer(0, 8)]
    story += [_patient(content), _specimen(content), Spacer(0, 4)]
    story += [paragraph(_("Clinical question"), LABEL), *layout.paragraphs(content.question), Spacer(0, 6)]
    story += [
        layout.box([paragraph(_("Conclusion"), LABEL), Spacer(0, 2), paragraph(content.conclusion, STATEMENT)]),
        Spacer(0, 8),
        *layout.paragraphs(content.text),
        _signature(content),
        CondPageBreak(115 * mm),
        paragraph(_("Evidence"), HEADING),
        paragraph(
            _(
                "The pictures the conclusion rests on, with what the model and the doctor found on each. "
                "The model's findings are an aid; the conclusion is the doctor's own."
            ),
            LABEL,
        ),
        Spacer(0, 6),
    ]
    for picture in content.pictures:
        story += picture_block.shown(picture)
    if content.removed:
        story.append(paragraph(_("Removed from the case"), SUBHEADING))
        story += [picture_block.removed(part) for part in content.removed]
    return story


def _amended(before: Amendment, version: int) -> Flowable:
    superseded = _("Supersedes report %(version)s of %(day)s. Reason: %(reason)s") % {
        "version": before.of_version,
        "day": layout.day(before.of_date),
        "reason": " ".join(before.reason.split()),
    }
    title = _("Amended report, version %(version)s") % {"version": version}
    return layout.box([paragraph(title, SUBHEADING), paragraph(superseded, SMALL)], is_alert=True)


def _patient(content: ReportContent) -> Table:
    return layout.facts(
        [
            (_("Patient"), content.patient_name),
            (_("Record number"), content.record_number),
            (_("Date of birth"), layout.in_words(content.birth_date)),
            (_("Sex"), content.sex),
        ]
    )


def _specimen(content: ReportContent) -> Table:
    return layout.facts(
        [
            (_("Specimen"), content.specimen),
            (_("Stain and magnification"), f"{content.stain}, {content.magnification}×"),
            (_("Collected"), layout.in_words(content.collected_on) if content.collected_on else _("not stated")),
            (_("Reported"), layout.moment(content.signed_at)),
        ]
    )


def _signature(content: ReportContent) -> KeepTogether:
    signed = _("Signed electronically by %(doctor)s") % {"doctor": content.signed_by}
    version = _("%(moment)s · report version %(version)s") % {
        "moment": layout.moment(content.signed_at),
        "version": content.version,
    }
    digest = _("SHA-256 of the evidence: %(digest)s") % {"digest": content.evidence_sha256}
    lines = [paragraph(signed, SUBHEADING), paragraph(version, SMALL), paragraph(digest, LABEL)]
    return KeepTogether([Spacer(0, 10), layout.box(lines)])
