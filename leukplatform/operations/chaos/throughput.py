"""Measure the pictures per second of one worker with 1 and with 2 processes, over a private PostgreSQL and Redis.

`make throughput`, or `python -m leukplatform.operations.chaos.throughput --pictures 24 --rounds 3`: in each round the
same number of drawn 1024x768 smears waits before the worker starts. The time runs from the first claim to the last
result.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from statistics import median
from typing import Any
from uuid import uuid4

from leukplatform.operations.chaos.stack import Stack, made
from leukplatform.operations.stack.processes import wait_until

PROCESSES = (1, 2)
_PATIENCE = 300  # seconds for one round


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rates: dict[int, list[float]] = {processes: [] for processes in PROCESSES}
    with made("postgres") as stack:
        queue = _Queue(stack)
        for _ in range(options.rounds):  # in turn, so that other work on the machine slows both
            for processes in PROCESSES:
                rates[processes].append(queue.work_off(options.pictures, processes))
    for processes, found in rates.items():
        row = {"processes": processes, "pictures_per_second": [round(rate, 2) for rate in found]}
        print(json.dumps({**row, "median": round(median(found), 2)}))
    ratios = [two / one for one, two in zip(*(rates[processes] for processes in PROCESSES), strict=True)]
    print(json.dumps({"scaling": round(median(ratios), 2), "cores": len(os.sched_getaffinity(0))}))
    return 0


class _Queue:
    """Fills the queue through the services and lets a worker empty it. What needs models is imported within."""

    def __init__(self, stack: Stack) -> None:
        from leukplatform.operations.chaos import doctor, people

        self.stack = stack
        self.doctor, _, self.patient = people.prepare()
        self.smears = doctor.drawn_smears(6)

    def work_off(self, pictures: int, processes: int) -> float:
        """Return pictures per second."""
        from django.db.models import Max, Min

        from diagnosis.models import Analysis
        from diagnosis.states import UNFINISHED

        rows = Analysis.objects.filter(picture__in=self._fill(pictures))
        worker = self.stack.processes["worker"]
        worker.environment["WORKER_CONCURRENCY"] = str(processes)
        worker.start()
        is_done = wait_until(lambda: not rows.filter(status__in=UNFINISHED).exists(), seconds=_PATIENCE)
        worker.stop()
        assert is_done, f"{pictures} pictures took longer than {_PATIENCE} s"
        times = rows.aggregate(first=Min("started_at"), last=Max("finished_at"))
        return pictures / (times["last"] - times["first"]).total_seconds()

    def _fill(self, count: int) -> list[Any]:
        from diagnosis.models import CaseFacts, Specimen, Stain
        from diagnosis.pictures import check_picture
        from diagnosis.services import cases, pictures

        added: list[Any] = []
        while len(added) < count:
            facts = CaseFacts(Specimen.BONE_MARROW_ASPIRATE, Stain.MAY_GRUNWALD_GIEMSA, 1000, None, "Blasts?")
            case = cases.open_case(patient=self.patient, facts=facts, submission_key=uuid4(), by=self.doctor)
            for smear in self.smears[: count - len(added)]:
                with check_picture(io.BytesIO(smear), name=f"field-{len(added)}.png").opened() as upload:
                    added.append(pictures.add(case=case, upload=upload, by=self.doctor).pk)
        return added


if __name__ == "__main__":
    sys.exit(main())
