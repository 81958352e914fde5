"""A doctor at work: opens a case for each run and sends pictures until the platform has taken them."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from threading import Thread

import requests

from leukplatform.operations.stack.visitor import Visitor
from mlworker import imageio
from mlworker.phantom import FieldKind, draw_field

_PATIENCE = 60  # seconds, for a picture to be taken by a platform that is being restarted


def drawn_smears(count: int, *, width: int = 1024, height: int = 768) -> list[bytes]:
    """Draw `count` different fields, every second one healthy, as PNG files."""
    kinds = (FieldKind.LEUKEMIA, FieldKind.BENIGN)
    fields = (draw_field(seed, kind=kinds[seed % 2], width=width, height=height) for seed in range(count))
    return [imageio.encode_png(field.image) for field in fields]


@dataclass
class Submission:
    """One picture of a case. `accepted`: the platform said that it has it."""

    name: str
    content: bytes
    accepted: bool = False
    answers: list[str] = field(default_factory=list)


class Doctor(Visitor):
    """One session with the platform; sends a picture again when nobody answers."""

    def open_case(self, patient_id: str) -> str:
        answer = self.submit(
            f"/patients/{patient_id}/cases/new/",
            specimen="BONE_MARROW_ASPIRATE",
            stain="MAY_GRUNWALD_GIEMSA",
            magnification="1000",
            question="Blasts?",
        )
        found = re.search(r"/cases/([0-9a-f-]{36})/", answer.url)
        assert found, f"no case was opened: {answer.status_code} {answer.url}"
        return found.group(1)

    def send(self, case_id: str, submission: Submission) -> None:
        """Send until taken. 409 means that the platform has it already: only its answer was lost."""
        give_up_at = time.monotonic() + _PATIENCE
        while not submission.accepted and time.monotonic() < give_up_at:
            status = self._post(f"/api/v1/cases/{case_id}/pictures/", {"file": (submission.name, submission.content)})
            submission.answers.append(status)
            submission.accepted = status in ("201", "409")
            if not submission.accepted:
                time.sleep(0.3)

    def send_all(self, case_id: str, submissions: list[Submission]) -> Thread:
        """Send one after another in the background, as the upload page does it."""

        def work() -> None:
            for submission in submissions:
                self.send(case_id, submission)

        thread = Thread(target=work, daemon=True)
        thread.start()
        return thread

    def cancel(self, analysis_id: str) -> bool:
        """Press the button. Return True if the platform answered."""
        return self._post(f"/analyses/{analysis_id}/cancel/") == "302"

    def _post(self, path: str, files: dict[str, tuple[str, bytes]] | None = None) -> str:
        """Return the status of the answer, or the name of the error when there is none."""
        try:
            token = self.session.cookies["csrftoken"] or ""
            answer = self.ask("POST", path, files=files, headers={"X-CSRFToken": token})
        except requests.RequestException as error:
            return type(error).__name__
        return str(answer.status_code)
