"""A message as a worker takes it."""

from __future__ import annotations

from diagnosis import tasks
from diagnosis.models import Analysis


def deliver(analysis: Analysis) -> None:
    """Run the task of this analysis in this process, and read its row again."""
    tasks.run_analysis(str(analysis.pk))
    analysis.refresh_from_db()
