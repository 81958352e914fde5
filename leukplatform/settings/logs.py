"""Loggers, and the form of a line."""

from __future__ import annotations

from leukplatform import environment as env

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "leukplatform.operations.logs.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "allauth": {"level": "WARNING"},
        "axes": {"level": "ERROR"},  # refused attempts are in the audit trail
        "celery.worker.strategy": {"level": "WARNING"},  # every message received; the rows tell more
        "celery.app.trace": {"level": "WARNING"},  # every task succeeded
        "kombu.connection": {"level": "ERROR"},  # the filesystem transport has no host name
    },
}
