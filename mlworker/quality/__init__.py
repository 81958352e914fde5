"""Checks that a picture is a smear, in focus, well lit, large enough and not without nucleated cells."""

from mlworker.quality.check import check, judge

__all__ = ["check", "judge"]
