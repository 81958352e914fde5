"""Every action that leaves a row, by its name in the trail: `<object>.<verb in the past>`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Action(StrEnum):
    # accounts
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_INVITED = "account.invited"
    ACCOUNT_INVITATION_RESENT = "account.invitation_resent"
    ACCOUNT_INVITATION_ACCEPTED = "account.invitation_accepted"
    ACCOUNT_ROLE_CHANGED = "account.role_changed"
    ACCOUNT_DEACTIVATED = "account.deactivated"
    ACCOUNT_REACTIVATED = "account.reactivated"
    ACCOUNT_UPDATED = "account.updated"
    ACCOUNT_ERASED = "account.erased"
    ACCOUNT_LOGGED_IN = "account.logged_in"
    ACCOUNT_LOGGED_OUT = "account.logged_out"
    ACCOUNT_LOGIN_FAILED = "account.login_failed"
    ACCOUNT_LOGIN_EXPIRED = "account.login_expired"
    ACCOUNT_LOGINS_ENDED = "account.logins_ended"
    ACCOUNT_LOCKED = "account.locked"
    ACCOUNT_UNLOCKED = "account.unlocked"
    ACCOUNT_PASSWORD_CHANGED = "account.password_changed"  # noqa: S105 - the name of an action
    ACCOUNT_PASSWORD_RESET = "account.password_reset"  # noqa: S105 - the name of an action
    ACCOUNT_MFA_ADDED = "account.mfa_added"
    ACCOUNT_MFA_REMOVED = "account.mfa_removed"
    ACCOUNT_RECOVERY_CODES_MADE = "account.recovery_codes_made"
    # patients
    PATIENT_LISTED = "patient.listed"
    PATIENT_REGISTERED = "patient.registered"
    PATIENT_UPDATED = "patient.updated"
    PATIENT_VIEWED = "patient.viewed"
    PATIENT_ACCOUNT_LINKED = "patient.account_linked"
    PATIENT_ACCOUNT_UNLINKED = "patient.account_unlinked"
    PATIENT_EXPORTED = "patient.exported"
    CARE_STARTED = "care.started"
    CARE_ENDED = "care.ended"
    EMERGENCY_OPENED = "emergency.opened"
    EMERGENCY_ENDED = "emergency.ended"
    EMERGENCY_REFUSED = "emergency.refused"
    EMERGENCY_REVIEWED = "emergency.reviewed"
    ERASURE_REQUESTED = "erasure.requested"
    ERASURE_WITHDRAWN = "erasure.withdrawn"
    ERASURE_DECLINED = "erasure.declined"
    ERASURE_REFUSED = "erasure.refused"
    PATIENT_ERASED = "patient.erased"
    PRIVACY_VIEWED = "privacy.viewed"
    # diagnosis
    WORKLIST_VIEWED = "worklist.viewed"
    CASE_OPENED = "case.opened"
    CASE_VIEWED = "case.viewed"
    CASE_UPDATED = "case.updated"
    PICTURE_ADDED = "picture.added"
    PICTURE_REMOVED = "picture.removed"
    PICTURE_VIEWED = "picture.viewed"
    FILE_READ = "file.read"
    ANALYSIS_REQUESTED = "analysis.requested"
    ANALYSIS_CLAIMED = "analysis.claimed"
    ANALYSIS_GIVEN_BACK = "analysis.given_back"
    ANALYSIS_SUCCEEDED = "analysis.succeeded"
    ANALYSIS_FAILED = "analysis.failed"
    ANALYSIS_QUARANTINED = "analysis.quarantined"
    ANALYSIS_CANCELLED = "analysis.cancelled"
    ANALYSIS_REQUEUED = "analysis.requeued"
    ANALYSIS_VIEWED = "analysis.viewed"
    FINDING_REVIEWED = "finding.reviewed"
    CELL_NAMED = "cell.named"
    REPORT_SIGNED = "report.signed"
    REPORT_AMENDED = "report.amended"
    REPORT_VIEWED = "report.viewed"
    REPORT_LISTED = "report.listed"
    REPORT_DOWNLOADED = "report.downloaded"
    MODEL_INSTALLED = "model.installed"
    MODEL_ACTIVATED = "model.activated"
    MODEL_COMPARED = "model.compared"
    MODEL_COMPARISON_ENDED = "model.comparison_ended"
    # mail
    LETTER_SENT_AGAIN = "letter.sent_again"
    # copies of everything
    BACKUP_MADE = "backup.made"
    BACKUP_RESTORED = "backup.restored"
    # what was not shown
    ACCESS_REFUSED = "access.refused"
    # the trail itself
    AUDIT_VIEWED = "audit.viewed"

    @property
    def area(self) -> str:
        return self.value.partition(".")[0]

    @property
    def label(self) -> str:
        """The action in words, for the reader of the trail: `account.role_changed` is "Account role changed"."""
        words = self.value.replace(".", " ").replace("_", " ")
        words = words.replace(" mfa ", " second factor ")  # not shown: made of the name in the trail
        return f"{words[0].upper()}{words[1:]}"

    @property
    def names(self) -> list[str]:
        """This action's name and those it had before, which older rows of the trail keep."""
        return [self.value, *(former for former, action in FORMER_NAMES.items() if action is self)]


# The trail is never rewritten: these names stand in rows from before a thing got the name it has now. What they call a
# slide is a picture; the glass will be `glass_slide`.
FORMER_NAMES: Mapping[str, Action] = {
    "slide.added": Action.PICTURE_ADDED,
    "slide.removed": Action.PICTURE_REMOVED,
    "slide.viewed": Action.PICTURE_VIEWED,
    "analysis.released": Action.ANALYSIS_GIVEN_BACK,
}
