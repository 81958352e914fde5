"""Limits and times of the work: uploads, analyses, access to records."""

from __future__ import annotations

from pathlib import Path

from leukplatform import environment as env
from leukplatform.settings.machine import BASE_DIR, VAR_DIR

# --- Uploads
UPLOAD_MAX_BYTES = 50 * 1024 * 1024
UPLOADS_PER_HOUR = env.number("UPLOADS_PER_HOUR", 600)  # pictures of one person
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # form fields; files are streamed to disk
FILE_UPLOAD_HANDLERS = ["leukplatform.web.uploads.NoFiles"]  # views that take files put their own in place
FILE_UPLOAD_TEMP_DIR = env.text("FILE_UPLOAD_TEMP_DIR") or None

# --- Analyses
# time limit < lease < visibility timeout, so that a claim outlives its work and a message its claim (tested)
ANALYSIS_TIME_LIMIT = 120  # seconds
ANALYSIS_LEASE = 150
UPKEEP_TIME_LIMIT = 30  # seconds: a round of the upkeep that hangs must not hold up the queue as long as a picture may
ANALYSIS_HEARTBEAT_INTERVAL = 2  # a worker at work shows itself this often ...
ANALYSIS_HEARTBEAT_TIMEOUT = 6  # ... and after this silence another may take over, before the lease ends
ANALYSIS_WAKE_AFTER = 4  # a row still queued after this gets its message again
ANALYSIS_MAX_ATTEMPTS = 3  # workers that died over one analysis; then it is set aside
CASE_QUIET_TIME = 300  # seconds without a picture: then the doctors get their letter, one for all uploaded until then
LEFTOVER_AGE = 300  # files stored so long ago without a row that names them are a stopped process's
PRIMARY_MODEL = "mobilenetv2-cell-statistics"  # the folder put in use by the first start
RELEASED_MODELS_DIR = Path(env.text("RELEASED_MODELS_DIR", str(BASE_DIR / "mlworker" / "released")))
INSTALLED_MODELS_DIR = Path(env.text("INSTALLED_MODELS_DIR", str(VAR_DIR / "installed-models")))

# --- Privacy (docs/privacy.md)
EMERGENCY_ACCESS_MINUTES = env.number("EMERGENCY_ACCESS_MINUTES", 60)  # how long a record stays open
EMERGENCY_MISSES_PER_HOUR = 5  # of one doctor: number and date of birth that fit no record
REPORT_RETENTION_YEARS = env.number("REPORT_RETENTION_YEARS", 10)  # a record is not erased before; 0: at any time
EXPORTS_PER_HOUR = 3  # of one patient
EXPORT_MAX_BYTES = 2 * 1024**3  # of pictures; above it the small versions are in the download
