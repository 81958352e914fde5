"""E-mails that something is to be read: owed by a row of the transaction they speak of, sent once to each recipient."""

from diagnosis.services.notices.outbox import send, wake_owed
from diagnosis.services.notices.owing import owe_case_analysed, owe_quarantined, owe_report_ready

__all__ = ["owe_case_analysed", "owe_quarantined", "owe_report_ready", "send", "wake_owed"]
