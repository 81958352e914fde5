"""The platform's own settings, but for what would make a run wait, and for mail that can be counted."""

from leukplatform.settings import *  # noqa: F403 - all of them
from leukplatform.settings import CELERY_BEAT_SCHEDULE, VAR_DIR

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
CASE_QUIET_TIME = 2  # seconds, for 300: a run waits for the letter of its case
LEFTOVER_AGE = 4  # seconds, for 300: whether a plan is old plays no part in what happens to it
CELERY_BEAT_SCHEDULE["remove leftover files"]["schedule"] = 3.0
