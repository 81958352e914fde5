"""Is it a smear, in focus, well lit, large enough, and does it show a nucleated cell: what to take again."""

from mlworker.quality.check import check, judge
from mlworker.quality.measures import measure

__all__ = ["check", "judge", "measure"]
