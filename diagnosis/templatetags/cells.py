"""One cell in words, for the gallery."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from diagnosis.selectors.gallery import NamedCell
from diagnosis.templatetags.wording import percent

register = template.Library()


@register.filter
def cell_facts(named: NamedCell) -> str:
    """The values that the panel of the gallery shows, in its order, between bars."""
    measures = named.cell.measures
    facts = (_length(named.diameter_um), _length(named.nucleus_diameter_um), percent(measures["nc_ratio"]))
    return "|".join((*facts, str(measures["lobes"])))


def _length(micrometres: float | None) -> str:
    if micrometres is None:
        return _("scale not known")
    return f"{number_format(round(micrometres, 1), 1)}\u00a0µm"
