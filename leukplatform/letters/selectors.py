"""The letters as an administrator sees them: how many wait, and which of them have trouble."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from leukplatform.letters import delivery
from leukplatform.letters.models import Letter, LetterStatus

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Overview:
    """`troubled` are those given up and those that failed at least once, the newest first."""

    due: int
    given_up: int
    unanswered_since: datetime | None
    troubled: list[Letter]


def overview() -> Overview:
    is_given_up = Q(status=LetterStatus.GIVEN_UP)
    troubled = Letter.objects.filter(is_given_up | Q(status=LetterStatus.WAITING) & ~Q(error=""))
    return Overview(
        due=Letter.objects.waiting().filter(Q(due_at__lte=timezone.now()) | Q(attempts__gt=0)).count(),
        given_up=Letter.objects.filter(is_given_up).count(),
        unanswered_since=delivery.unanswered_since(),
        troubled=list(troubled.select_related("recipient").order_by("status", "-owed_at")[:_SHOWN]),
    )
