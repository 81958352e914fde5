"""The machine's answers in words, for templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format

from diagnosis import wording
from mlworker.cell_types import CellCount

register = template.Library()


@register.filter
def day_words(moment: str) -> str:
    """The day of a date or time in ISO 8601, by the clinic's clock and as every page writes it: "8 March 2026"."""
    day = timezone.localtime(datetime.fromisoformat(moment)).date() if "T" in moment else date.fromisoformat(moment)
    return date_format(day, "j F Y")


@register.filter
def verdict_words(verdict: str) -> str:
    return str(wording.VERDICTS.get(verdict, verdict))


@register.filter
def label_words(label: str) -> str:
    return wording.label_words(label)


@register.filter
def cell_words(name: str) -> str:
    return wording.cell_words(name)


@register.filter
def scale_words(scale: Mapping[str, Any] | None) -> str:
    return wording.scale_words(scale)


@register.filter
def share_words(count: CellCount) -> str:
    return wording.share_words(asdict(count))


@register.filter
def is_decided(verdict: str | None) -> bool:
    return verdict in wording.DECIDED


@register.filter
def set_label(chosen: Mapping[str, Any]) -> str:
    return wording.set_label(chosen)


@register.filter
def set_words(chosen: Mapping[str, Any]) -> str:
    return wording.set_words(chosen)


@register.filter
def novelty_words(novelty: Mapping[str, float]) -> str:
    return wording.novelty_words(novelty)


@register.filter
def sample_words(specimen: str) -> str:
    return wording.sample_words(specimen)


@register.filter
def percent(part: float, places: int = 0) -> str:
    """0.873 -> "87 %", with one place "87.3 %". Never "100 %" or "0 %" for what is not quite so."""
    least = 10.0**-places
    if 0 < 100 * part < least:
        return f"< {least:.{places}f} %"
    if 100 - least < 100 * part < 100:
        return f"> {100 - least:.{places}f} %"
    return f"{part * 100:.{places}f} %"


@register.filter
def control_words(name: str) -> str:
    """Name a measure of the card for the page: Colour histogram for "colour_histogram"."""
    return name.replace("_", " ").capitalize()
