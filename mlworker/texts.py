"""Marks the texts of the core that people read, so that gettext's tools find them."""

from __future__ import annotations


def N_(text: str) -> str:  # noqa: N802 (gettext's own name for it)
    """Return `text` unchanged. The core knows no Django and stores English.

    Pages translate a text when they show it (`diagnosis/wording.py`). A text with numbers is marked as its template and
    filled in by `str.format` afterwards.
    """
    return text
