"""Celery: the broker, how workers behave, and what runs when."""

from __future__ import annotations

from typing import Any

from leukplatform import environment as env
from leukplatform.settings.data import REDIS_URL
from leukplatform.settings.machine import TIME_ZONE, VAR_DIR
from leukplatform.settings.work import ANALYSIS_TIME_LIMIT

CELERY_BROKER_URL = REDIS_URL or "filesystem://"
CELERY_BROKER_TRANSPORT = None if REDIS_URL else "leukplatform.operations.folder_broker:Transport"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any]
if REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        # A message that a dead worker held comes back after this. The upkeep has sent another one long before, so the
        # time need not be short; it must be longer than the lease, or work under way would be delivered a second time.
        "visibility_timeout": 300,
        # kombu looks for such messages every interval x throttle seconds: 100 by default, a third of the timeout.
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        # A broker that is there but silent must not hold a request for ever (the default). Workers take the timeout out
        # again (diagnosis/worker.py).
        "socket_timeout": 3,
        "socket_connect_timeout": 3,
        "socket_keepalive": True,
        "health_check_interval": 5,
    }
else:
    _BROKER_DIR = VAR_DIR / "broker"
    for _folder in ("queue", "control"):
        (_BROKER_DIR / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_BROKER_DIR / "queue"),
        "data_folder_out": str(_BROKER_DIR / "queue"),
        "control_folder": str(_BROKER_DIR / "control"),
        "polling_interval": 0.25,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker however long it is away
CELERY_TASK_PUBLISH_RETRY = False  # no page waits for a broker that is down: the upkeep sends the message again
# A task whose message can no longer be acknowledged is left to end: its claim keeps a second one from writing.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_RESULT_BACKEND = None  # the row is the truth
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = ANALYSIS_TIME_LIMIT
CELERY_TASK_DEFAULT_QUEUE = "inference"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.number("WORKER_CONCURRENCY", 1)
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60  # a pool process loads the model before it answers (default: 4)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "requeue stale analyses": {"task": "diagnosis.tasks.requeue_stale_analyses", "schedule": 2.0},
    "remove leftover files": {"task": "diagnosis.tasks.remove_leftover_files", "schedule": 60.0},
    "send letters": {"task": "leukplatform.letters.tasks.send_due", "schedule": 5.0},
    "remove old letters": {"task": "leukplatform.letters.tasks.remove_old", "schedule": 3600.0},
    "anchor the audit trail": {"task": "leukplatform.audit.tasks.anchor_trail", "schedule": 60.0},
    "remove ended logins": {"task": "leukplatform.accounts.tasks.remove_ended_logins", "schedule": 3600.0},
}
CELERY_TASK_ROUTES = {entry["task"]: {"queue": "upkeep"} for entry in CELERY_BEAT_SCHEDULE.values()}
