"""Letters to the patient to start from, one for each conclusion. The doctor edits them; nobody signs them unread."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from diagnosis.models import Conclusion

_NEXT = _(
    "Please call us if you have questions or if anything worries you. You do not have to wait for the next visit."
)
_URGENT = _(
    "If you get a fever, bleed without stopping, are short of breath or feel suddenly much worse, do "
    "not wait: call us or the emergency service at once."
)


def _letter(*paragraphs: object) -> Promise:
    return format_lazy("\n\n".join("{}" for _paragraph in paragraphs), *paragraphs)


STARTERS: dict[Conclusion, Promise] = {
    Conclusion.NO_LEUKAEMIA: _letter(
        _("We looked at the cells in your sample under the microscope. We found no sign of leukaemia."),
        _("This sample shows how your blood cells look today. I will explain to you whether more tests are useful."),
        _NEXT,
    ),
    Conclusion.HAEMATOGONES: _letter(
        _(
            "We looked at the cells in your sample under the microscope. Some of them are very young cells, "
            "called haematogones. They are a normal part of the bone marrow and are not leukaemia."
        ),
        _(
            "We often see more of them in children, and while the bone marrow recovers from an infection or "
            "a treatment. They need no treatment. I will tell you whether we should look at your blood again."
        ),
        _NEXT,
    ),
    Conclusion.ALL_EARLY_PRE_B: _letter(
        _(
            "We looked at the cells in your sample under the microscope. They show acute lymphoblastic "
            "leukaemia, of the early pre-B type. In this illness very young white blood cells grow too fast "
            "and crowd out the healthy ones."
        ),
        _(
            "I know that this is hard to read. I would like to talk with you soon, and you are welcome to "
            "bring someone along. We will explain which further tests are needed and how this leukaemia is "
            "treated."
        ),
        _URGENT,
        _NEXT,
    ),
    Conclusion.ALL_PRE_B: _letter(
        _(
            "We looked at the cells in your sample under the microscope. They show acute lymphoblastic "
            "leukaemia, of the pre-B type. In this illness very young white blood cells grow too fast and "
            "crowd out the healthy ones."
        ),
        _(
            "I know that this is hard to read. I would like to talk with you soon, and you are welcome to "
            "bring someone along. We will explain which further tests are needed and how this leukaemia is "
            "treated."
        ),
        _URGENT,
        _NEXT,
    ),
    Conclusion.ALL_PRO_B: _letter(
        _(
            "We looked at the cells in your sample under the microscope. They show acute lymphoblastic "
            "leukaemia, of the pro-B type. In this illness the very youngest white blood cells grow too fast "
            "and crowd out the healthy ones."
        ),
        _(
            "I know that this is hard to read. I would like to talk with you soon, and you are welcome to "
            "bring someone along. We will explain which further tests are needed and how this leukaemia is "
            "treated."
        ),
        _URGENT,
        _NEXT,
    ),
    Conclusion.ALL_UNSPECIFIED: _letter(
        _(
            "We looked at the cells in your sample under the microscope. They show acute lymphoblastic "
            "leukaemia. In this illness very young white blood cells grow too fast and crowd out the healthy "
            "ones. Which type it is cannot be seen in this sample alone; further tests will show it."
        ),
        _(
            "I know that this is hard to read. I would like to talk with you soon, and you are welcome to "
            "bring someone along. We will explain the next tests and how this leukaemia is treated."
        ),
        _URGENT,
        _NEXT,
    ),
    Conclusion.OTHER_LEUKAEMIA: _letter(
        _(
            "We looked at the cells in your sample under the microscope. They show a form of leukaemia: "
            "[name it here and say in a sentence what it is]."
        ),
        _(
            "I know that this is hard to read. I would like to talk with you soon, and you are welcome to "
            "bring someone along. We will explain which further tests are needed and how it is treated."
        ),
        _URGENT,
        _NEXT,
    ),
    Conclusion.INCONCLUSIVE: _letter(
        _(
            "We looked at the cells in your sample under the microscope. This sample did not give a clear "
            "answer. That happens, and it means neither that you are ill nor that you are well."
        ),
        _("We would like to do further tests. I will explain to you which ones, and why."),
        _NEXT,
    ),
}
