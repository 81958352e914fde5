"""The report for the patient: plain language, no machine finding, no probability."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from reportlab.platypus import Flowable, KeepTogether, Spacer

from diagnosis.services.reports import layout, pages
from diagnosis.services.reports.content import Amendment, ReportContent
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

_IF_UNCLEAR = gettext_lazy(
    "Write your questions down and bring this letter to your next appointment. If you cannot wait for an answer, call "
    "your doctor's office."
)
_IF_UNWELL = gettext_lazy(
    "Fever, bleeding that does not stop, shortness of breath or feeling suddenly much worse: call your doctor's office "
    "or the emergency service at once, at any hour."
)


def render_for_patient(content: ReportContent) -> bytes:
    furniture = pages.Furniture(
        kind=_("Your report"),
        running_head=f"{content.patient_name} · {_('born %(day)s') % {'day': layout.in_words(content.birth_date)}}",
        reference=_("Report %(number)s") % {"number": f"{content.case_number}-{content.version}"},
        title=_("Your report"),
        author=content.signed_by,
    )
    return pages.build(_story(content), furniture)


def _story(content: ReportContent) -> list[Flowable]:
    story: list[Flowable] = [paragraph(_("Report for %(patient)s") % {"patient": content.patient_name}, TITLE)]
    if content.amendment is not None:
        story += [_replaced(content.amendment), Spacer(0, 8)]
    examined = content.specimen
    if content.collected_on:
        examined = _("%(specimen)s of %(day)s") % {"specimen": examined, "day": layout.in_words(content.collected_on)}
    story += [
        layout.facts(
            [
                (_("What was examined"), examined),
                (_("Date of birth"), layout.in_words(content.birth_date)),
                (_("Your doctor"), content.signed_by),
                (_("Date of the report"), layout.day(content.signed_at)),
            ]
        ),
        Spacer(0, 8),
        layout.box([paragraph(_("In short"), LABEL), Spacer(0, 2), paragraph(content.plain_words, STATEMENT)]),
        Spacer(0, 10),
        *layout.paragraphs(content.patient_text, LARGE),
        KeepTogether([paragraph(_("If you feel unwell"), HEADING), paragraph(str(_IF_UNWELL), BODY)]),
        KeepTogether([paragraph(_("If something is unclear"), HEADING), paragraph(str(_IF_UNCLEAR), BODY)]),
        KeepTogether(
            [
                Spacer(0, 10),
                layout.box(
                    [
                        paragraph(_("Signed electronically by %(doctor)s") % {"doctor": content.signed_by}, SUBHEADING),
                        paragraph(layout.moment(content.signed_at), SMALL),
                    ]
                ),
            ]
        ),
    ]
    return story


def _replaced(before: Amendment) -> Flowable:
    words = _("Please go by this one. The earlier one is of %(day)s.") % {"day": layout.day(before.of_date)}
    title = paragraph(_("This report replaces an earlier one"), SUBHEADING)
    return layout.box([title, paragraph(words, SMALL)], is_alert=True)
