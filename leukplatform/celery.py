"""The Celery application. Its configuration is the `CELERY_*` section of the settings."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leukplatform.settings")

app = Celery("leukplatform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="worker")  # what worker processes do around their tasks
