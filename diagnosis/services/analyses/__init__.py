"""An analysis from request to result: the doctor's side (requests), the worker's (leases, results) and the upkeep."""

from diagnosis.services.analyses.leases import Claim, claim, give_back, heartbeat, kept_alive
from diagnosis.services.analyses.requests import cancel, cancel_unfinished, request, retry
from diagnosis.services.analyses.results import record_failure, record_result
from diagnosis.services.analyses.upkeep import Upkeep, requeue_stale

__all__ = [
    "Claim",
    "Upkeep",
    "cancel",
    "cancel_unfinished",
    "claim",
    "give_back",
    "heartbeat",
    "kept_alive",
    "record_failure",
    "record_result",
    "request",
    "requeue_stale",
    "retry",
]
