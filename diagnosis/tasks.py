"""The platform meets the core here: a message comes in, one analysis is computed and recorded.

The core is imported inside the functions, because the web process imports this module to send messages and must stay
free of OpenCV and ONNX Runtime.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from celery import Task, shared_task
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils.translation import gettext_lazy as _

from diagnosis.files import sweep
from diagnosis.files.errors import FileMissing, StorageUnavailable
from diagnosis.files.read import read
from diagnosis.models import ModelRelease
from diagnosis.services import analyses, comparisons, releases
from leukplatform.audit.context import Origin, origin

if TYPE_CHECKING:
    from mlworker.types import AnalysisResult

logger = logging.getLogger(__name__)

PICTURE_MISSING = _("The stored file of this picture could not be found. Remove the picture and add it again.")
MODEL_UNUSABLE = _(
    "The model this analysis was bound to cannot be opened on the worker (reference {reference}). Tell an "
    "administrator the reference; once the model is installed again, try again."
)
UNEXPECTED = _(
    "An unexpected error occurred (reference {reference}). Try again; if it happens again, tell an administrator "
    "the reference."
)


# `**_` in the signatures: a message of an older or newer version must not fail on an argument this one does not know.
# Nothing is retried by Celery: the rows say what is still to be done, and the upkeep sends the message again.
@shared_task(
    bind=True,
    soft_time_limit=settings.ANALYSIS_TIME_LIMIT - 10,  # ends in a recorded failure instead of a killed process
)
def run_analysis(self: Task, analysis_id: str, **_: Any) -> None:
    """Claim, compute, record. A second delivery of the same message finds nothing to claim and changes nothing."""
    from mlworker.errors import AnalysisError, ArtifactError

    with origin(Origin(channel="worker", request_id=_request_id(self))):
        claim = analyses.claim(analysis_id=UUID(analysis_id))
        if claim is None:
            return
        try:
            picture, result = _compute(claim)
            if analyses.record_result(claim=claim, result=result):
                _compare(claim, picture)
        except ArtifactError:  # its text names files of the worker: for the log, not for the page
            analyses.record_failure(claim=claim, text=MODEL_UNUSABLE.format(reference=_log_failure(analysis_id)))
        except AnalysisError as error:
            analyses.record_failure(claim=claim, text=str(error))
        except FileMissing:
            analyses.record_failure(claim=claim, text=str(PICTURE_MISSING))
        except (StorageUnavailable, OperationalError, InterfaceError):  # nothing is wrong with the picture
            logger.warning("Analysis %s is given back: storage or database failed", analysis_id, exc_info=True)
            if not connection.in_atomic_block:
                connection.close()  # one that broke is opened anew
            analyses.give_back(claim=claim)
        except Exception:
            reference = uuid4().hex[:8]
            logger.error("Analysis %s failed unexpectedly, reference %s; Celery logs why", analysis_id, reference)
            analyses.record_failure(claim=claim, text=UNEXPECTED.format(reference=reference))
            raise


def _compute(claim: analyses.Claim) -> tuple[bytes, AnalysisResult]:
    """Read, then one call into the core, with no transaction open meanwhile. The picture's bytes and the result."""
    from mlworker.inference.pipeline import analyse

    with analyses.kept_alive(claim):
        picture = read(claim.file)
        folder = releases.place(claim.model_folder)
        return picture, analyse(picture, artifact=folder, um_per_pixel=claim.um_per_pixel)


def _compare(claim: analyses.Claim, picture: bytes) -> None:
    """Let the second model read the picture too, after the result is there. Nothing that fails here touches it."""
    from mlworker.inference.pipeline import analyse

    try:
        release = comparisons.wanted(analysis_id=claim.analysis_id)
        if release is not None:
            result = analyse(picture, artifact=releases.place(release.folder))
            comparisons.record(analysis_id=claim.analysis_id, release=release, result=result)
    except Exception:
        logger.exception("Analysis %s was not compared", claim.analysis_id)


# A round that was missed is made up for by the next one.
@shared_task(bind=True, expires=10, time_limit=settings.UPKEEP_TIME_LIMIT)
def requeue_stale_analyses(self: Task, **_: Any) -> None:
    """Find what was lost: analyses without worker or message."""
    with origin(Origin(channel="worker", request_id=_request_id(self))):
        found = analyses.requeue_stale()
    if found.quarantined or found.requeued or found.woken:
        logger.warning("Upkeep: %s set aside, %s requeued, %s woken", found.quarantined, found.requeued, found.woken)


@shared_task(expires=50)
def remove_leftover_files(**_: Any) -> None:
    """Remove files that a killed process stored and never named in a row."""
    removed = sweep.leftovers()
    if removed:
        logger.warning("Removed %s files that a stopped process left behind", removed)


def load_active_model() -> None:
    """Open the cell reader and the model in use, so that the first picture after a start does not wait for them.

    The processes of a worker share its cores.
    """
    from mlworker.errors import ArtifactError
    from mlworker.inference import cell_networks, engine

    engine.share_cores(settings.CELERY_WORKER_CONCURRENCY)
    cell_networks.networks()
    release = ModelRelease.objects.filter(is_active=True).first()
    if release is None:
        return
    try:
        engine.load(releases.place(release.folder))
    except ArtifactError:  # each analysis will say so to its doctor
        logger.exception("The model in use, %s, cannot be loaded", release)


def _log_failure(analysis_id: str) -> str:
    """Log the error being handled, and return the reference under which it is found in the log."""
    reference = uuid4().hex[:8]
    logger.exception("Analysis %s failed, reference %s", analysis_id, reference)
    return reference


def _request_id(task: Task) -> str:
    return (task.request.id or "").replace("-", "")[:32]
