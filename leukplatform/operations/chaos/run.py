"""One run: pictures are submitted, something goes wrong meanwhile, and when all is quiet the invariants are asked."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection

from diagnosis.models import Analysis
from diagnosis.states import AnalysisStatus
from diagnosis.tasks import run_analysis
from leukplatform.operations.chaos import invariants
from leukplatform.operations.chaos.faults import Fault
from leukplatform.operations.chaos.load import Doctor, Submission, upload_all
from leukplatform.operations.chaos.stack import Stack
from leukplatform.operations.stack.processes import wait_until

_SECOND_FAULT = 0.3  # of the runs
_AIMED = 0.6  # of the faults: not at any moment, but while an analysis is being computed
_CANCELS = 0.2
_DELIVERS_AGAIN = 0.3
_LATE = 2.0  # seconds for what was delivered late to be worked off


@dataclass
class Line:
    """What is printed of a run."""

    run: int
    services: str
    faults: list[str]
    submissions: int
    ended: dict[str, int]
    taken_over: int  # analyses that needed more than one attempt
    lost: list[str]
    double: list[str]
    stuck: list[str]
    left_behind: list[str]
    audit: list[str]
    letters_again: int  # mails sent a second time
    recovery_seconds: float  # from the fault's end until the pages answer and what had been taken has its result
    seconds: float

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.double or self.stuck or self.left_behind or self.audit)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Runner:
    """Keeps one stack between the runs; what a fault ended was started again by the fault."""

    def __init__(
        self, stack: Stack, doctor: Doctor, patient: str, faults: Iterator[tuple[str, Fault]], smears: list[bytes]
    ) -> None:
        self.stack, self.doctor, self.patient, self.faults, self.smears = stack, doctor, patient, faults, smears

    def run(self, number: int, rng: random.Random) -> Line:
        started = time.monotonic()
        self.stack.start()
        self.stack.wait_until_it_answers()
        letters_before = invariants.letters() - invariants.letters_settled()
        case = self.doctor.open_case(self.patient)
        submissions = [
            Submission(f"field-{index}.png", content)
            for index, content in enumerate(rng.sample(self.smears, rng.randint(3, len(self.smears))), start=1)
        ]
        uploading = upload_all(self.doctor, case, submissions)
        names = []
        for _ in range(1 + (rng.random() < _SECOND_FAULT)):
            name, fault = next(self.faults)
            names.append(name)
            time.sleep(rng.uniform(0, 1.5))
            if rng.random() < _CANCELS and self._cancel_one(UUID(case)):
                names.append("a cancel")
            if rng.random() < _AIMED:
                wait_until(lambda: self._is_computing(UUID(case)), seconds=3, every=0.01)
            fault(self.stack, rng)
        over_at = time.time()
        self.stack.wait_until_it_answers()
        answered_at = time.time()
        uploading.join(timeout=120)
        self._wait(UUID(case))
        if rng.random() < _DELIVERS_AGAIN:
            names.append("delivered again, late")
            self._deliver_again(UUID(case))
        self.stack.processes["second"].stop()
        found = invariants.look(UUID(case), submissions, over_at=over_at)
        if "deadly picture" in names and AnalysisStatus.QUARANTINED not in found.ended:
            found.lost.append("no picture was set aside, although one killed each process that computed it")
        recovered_at = max(answered_at, found.recovered_at.timestamp() if found.recovered_at else 0)
        return Line(
            run=number,
            services=self.stack.services,
            faults=names,
            submissions=len(submissions),
            ended=found.ended,
            taken_over=found.taken_over,
            lost=found.lost,
            double=found.double,
            stuck=found.stuck,
            left_behind=found.left_behind,
            audit=found.audit,
            letters_again=invariants.letters() - invariants.letters_settled() - letters_before,
            recovery_seconds=round(recovered_at - over_at, 1),
            seconds=round(time.monotonic() - started, 1),
        )

    def _wait(self, case: UUID) -> None:
        """Until all is quiet, or is past the time after which it counts as stuck."""
        wait_until(lambda: invariants.is_quiet(case), seconds=settings.ANALYSIS_LEASE + 10, every=0.2)

    def _is_computing(self, case: UUID) -> bool:
        try:
            return Analysis.objects.filter(slide__case_id=case, status=AnalysisStatus.RUNNING).exists()
        except DatabaseError:
            connection.close()
            return False

    def _cancel_one(self, case: UUID) -> bool:
        try:
            analysis = Analysis.objects.filter(slide__case_id=case).order_by("requested_at").last()
        except DatabaseError:
            connection.close()
            return False
        return analysis is not None and self.doctor.cancel(str(analysis.pk))

    def _deliver_again(self, case: UUID) -> None:
        """The same messages, after their results."""
        for pk in Analysis.objects.filter(slide__case_id=case).values_list("pk", flat=True):
            run_analysis.delay(str(pk))
        time.sleep(_LATE)
