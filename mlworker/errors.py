"""Errors of the core. The text of an `AnalysisError` is shown to the doctor unchanged, so it says what to do next."""

from __future__ import annotations


class AnalysisError(Exception):
    """The picture or the model cannot be analysed; trying again with the same input gives the same answer."""


class ImageRejected(AnalysisError):
    """The bytes are not an accepted picture (type, size, dimensions, damage)."""


class ArtifactError(AnalysisError):
    """The model folder is incomplete, altered, or of an unknown format. Never replaced by a default."""


class ImageNotChecked(AnalysisError):
    """The upload could not be checked now for a reason other than the file; sending it again may succeed."""


class CommandRefused(Exception):
    """A command cannot be carried out as it was given. The text says why, in one sentence or two."""


class NotInstalled(CommandRefused):
    """A library or a file of weights that a training needs is missing or altered. The text names it."""
