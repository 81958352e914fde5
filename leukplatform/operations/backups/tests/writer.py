"""Somebody at work while a backup is made: opens cases and adds pictures until asked to stop.

`python -m leukplatform.operations.backups.tests.writer` prints a line for each picture that was committed.
"""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from uuid import uuid4

import django


def write() -> None:
    from diagnosis.models import CaseFacts, Specimen, Stain
    from diagnosis.services import cases, pictures
    from diagnosis.tests.factories import checked_picture
    from leukplatform.accounts.models import User
    from patients.models import Patient

    doctor = User.objects.get(role="DOCTOR")
    patient = Patient.objects.order_by("record_number").first()
    going_on = [True]
    signal.signal(signal.SIGTERM, lambda *_: going_on.clear())
    facts = CaseFacts(Specimen.PERIPHERAL_BLOOD, Stain.WRIGHT, 1000, None, "Blasts?")
    for number in count(1):
        case = cases.open_case(patient=patient, facts=facts, submission_key=uuid4(), by=doctor)
        for seed in range(4):
            if not going_on:
                return
            with checked_picture(os.getpid() * 100_000 + 10 * number + seed).opened() as upload:
                pictures.add(case=case, upload=upload, by=doctor)
            sys.stdout.write(".\n")
            sys.stdout.flush()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leukplatform.settings")
    django.setup()
    write()
