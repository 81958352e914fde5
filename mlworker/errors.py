"""Errors of the core. The text of an `AnalysisError` is shown to the doctor as it is, so it says what to do next."""

from __future__ import annotations


class AnalysisError(Exception):
    """The picture or the model cannot be analysed; trying again with the same input gives the same answer."""


class ImageRejected(AnalysisError):
    """The bytes are no picture that is accepted (type, size, dimensions, damage)."""


class ArtifactError(AnalysisError):
    """The model folder is incomplete, altered, or of an unknown format. Never replaced by a default."""


class NoCellsFound(AnalysisError):
    """No nucleated cell was found where at least one is needed."""


class ImageNotChecked(AnalysisError):
    """The bytes could not be looked at just now, through no fault of theirs; sending them again may succeed."""
