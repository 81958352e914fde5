"""One run: pictures are sent, something goes wrong meanwhile, and when all is quiet the invariants are checked."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection

from diagnosis.models import Analysis
from diagnosis.states import AnalysisStatus
from diagnosis.tasks import run_analysis
from leukplatform.operations.chaos import invariants
from leukplatform.operations.chaos.doctor import Doctor, Submission
from leukplatform.operations.chaos.faults import Fault
from leukplatform.operations.chaos.stack import Stack
from leukplatform.operations.stack.processes import wait_until

T = TypeVar("T")
_SECOND_FAULT = 0.3  # of the runs
_AIMED = 0.6  # of the faults: not at any moment, but while an analysis is being computed
_CANCELS = 0.2
_DELIVERS_AGAIN = 0.3
_LATE = 2.0  # seconds for what was delivered late to be worked off


class Runner:
    """Keeps one stack between the runs; what a fault ended was started again by the fault."""

    def __init__(
        self, stack: Stack, doctor: Doctor, patient: str, faults: Iterator[tuple[str, Fault]], smears: list[bytes]
    ) -> None:
        self.stack, self.doctor, self.patient, self.faults, self.smears = stack, doctor, patient, faults, smears

    def run(self, number: int, rng: random.Random) -> dict[str, Any]:
        """Return what is printed of a run.

        `recovery_seconds` go from the fault's end until the pages answer and all pictures taken by then have a result.
        `letters_again` counts mails that were sent a second time.
        """
        started = time.monotonic()
        self.stack.start()
        self.stack.wait_until_it_answers()
        letters_before = invariants.letters() - invariants.letters_settled()
        case = self.doctor.open_case(self.patient)
        smears = rng.sample(self.smears, rng.randint(3, len(self.smears)))
        submissions = [Submission(f"field-{index}.png", smear) for index, smear in enumerate(smears, start=1)]
        sending = self.doctor.send_all(case, submissions)
        names = list(self._faults(UUID(case), rng))
        over_at = time.time()
        self.stack.wait_until_it_answers()
        answered_at = time.time()
        sending.join(timeout=120)
        # Until all is quiet, or until the time after which it counts as stuck.
        wait_until(lambda: invariants.is_quiet(UUID(case)), seconds=settings.ANALYSIS_LEASE + 10, every=0.2)
        if rng.random() < _DELIVERS_AGAIN:
            names.append("delivered again, late")
            self._deliver_again(UUID(case))
        self.stack.processes["second"].stop()
        found = invariants.look(UUID(case), submissions, over_at=over_at)
        if "deadly picture" in names and AnalysisStatus.QUARANTINED not in found.ended:
            found.lost.append("no picture was set aside, although one killed each process that computed it")
        line: dict[str, Any] = {"run": number, "services": self.stack.services, "faults": names}
        line |= {"submissions": len(submissions), **asdict(found)}
        recovered_at = line.pop("recovered_at")
        line["letters_again"] = invariants.letters() - invariants.letters_settled() - letters_before
        line["recovery_seconds"] = round(max(answered_at, recovered_at.timestamp() if recovered_at else 0) - over_at, 1)
        return line | {"seconds": round(time.monotonic() - started, 1)}

    def _faults(self, case: UUID, rng: random.Random) -> Iterator[str]:
        """Let one or two faults happen. Yields their names."""
        analyses = Analysis.objects.filter(picture__case_id=case)
        running = analyses.filter(status=AnalysisStatus.RUNNING)
        for _ in range(1 + (rng.random() < _SECOND_FAULT)):
            name, fault = next(self.faults)
            yield name
            time.sleep(rng.uniform(0, 1.5))
            if rng.random() < _CANCELS:
                analysis = _asked(lambda: analyses.order_by("requested_at").last())
                if analysis is not None and self.doctor.cancel(str(analysis.pk)):
                    yield "a cancel"
            if rng.random() < _AIMED:
                wait_until(lambda: _asked(running.exists), seconds=3, every=0.01)
            fault(self.stack, rng)

    def _deliver_again(self, case: UUID) -> None:
        """Send the same messages again, after their results."""
        for pk in Analysis.objects.filter(picture__case_id=case).values_list("pk", flat=True):
            run_analysis.delay(str(pk))
        time.sleep(_LATE)


def _asked(query: Callable[[], T]) -> T | None:
    """Return the answer of the database, None while it cannot be reached."""
    try:
        return query()
    except DatabaseError:
        connection.close()
        return None
