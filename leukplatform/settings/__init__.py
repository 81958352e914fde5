"""All settings. Differences between machines come from the environment; `.env.example` lists every variable.

With nothing set the platform runs on one machine by itself: SQLite, Celery's filesystem transport, files under `var/`.
`LEUKPLATFORM_ENV=production` refuses to start without its secrets.
"""

from leukplatform.settings.accounts import *
from leukplatform.settings.applications import *
from leukplatform.settings.data import *
from leukplatform.settings.logs import *
from leukplatform.settings.machine import *
from leukplatform.settings.mail import *
from leukplatform.settings.queue import *
from leukplatform.settings.security import *
from leukplatform.settings.work import *
