"""The objects that the table's addresses lead to, by the names the table uses."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse

from leukplatform.tests.access.world import World

NONE = "-"  # an address without an id
Arguments = dict[str, object]

TARGETS: dict[str, Callable[[World], Arguments]] = {
    NONE: lambda world: {},
    "record": lambda world: {"pk": world.ours.patient.pk},
    "unlinked": lambda world: {"pk": world.unlinked.pk},
    "awaiting": lambda world: {"pk": world.awaiting.pk},
    "open": lambda world: {"pk": world.ours.work.pk},
    "ready": lambda world: {"pk": world.ours.ready.pk},
    "signed": lambda world: {"pk": world.ours.signed.pk},
    "picture": lambda world: {"pk": world.ours.picture.pk},
    "bare": lambda world: {"pk": world.ours.bare.pk},
    "signed-picture": lambda world: {"pk": world.ours.signed_picture.pk},
    "removed": lambda world: {"pk": world.ours.removed.pk},
    "result": lambda world: {"pk": world.ours.analysis_of(world.ours.picture).pk},
    "failed": lambda world: {"pk": world.ours.analysis_of(world.ours.unread).pk},
    "queued": lambda world: {"pk": world.ours.analysis_of(world.ours.waiting).pk},
    "of-removed": lambda world: {"pk": world.ours.analysis_of(world.ours.removed).pk},
    "report": lambda world: {"pk": world.ours.report.pk},
    "superseded": lambda world: {"pk": world.ours.superseded.pk},
    "original": lambda world: {"pk": world.ours.picture.pk, "kind": "original"},
    "thumbnail": lambda world: {"pk": world.ours.picture.pk, "kind": "thumbnail"},
    "overlay": lambda world: {"pk": world.ours.picture.pk, "kind": "overlay"},
    "heatmap": lambda world: {"pk": world.ours.picture.pk, "kind": "heatmap"},
    "removed-original": lambda world: {"pk": world.ours.removed.pk, "kind": "original"},
    "removed-overlay": lambda world: {"pk": world.ours.removed.pk, "kind": "overlay"},
    "no-such-kind": lambda world: {"pk": world.ours.picture.pk, "kind": "picture"},
    "care": lambda world: {"pk": world.ours.patient.pk, "assignment_pk": world.ours.care.pk},
    "others-care": lambda world: {"pk": world.ours.patient.pk, "assignment_pk": world.theirs.care.pk},
    "emergency": lambda world: {"pk": world.emergency.pk},
    "erasure": lambda world: {"pk": world.erasure.pk},
    "kept": lambda world: {"pk": world.kept_erasure.pk},
    "unattended": lambda world: {"pk": world.unattended.pk},
    "letter": lambda world: {"pk": world.letter.pk},
    "account": lambda world: {"pk": world.ours.account.pk},
    "invited": lambda world: {"pk": world.invited.pk},
    "doctor": lambda world: {"pk": world.people["doctor"].pk},
    "locked": lambda world: {"pk": world.colleague.pk},
    "gone": lambda world: {"pk": world.people["gone"].pk},
    "release": lambda world: {"pk": world.release.pk},
    "spare": lambda world: {"pk": world.spare_release.pk},
    "compared": lambda world: {"pk": world.compared_release.pk},
    "reading": lambda world: {"slug": "glossary"},
    "invitation": lambda world: {"key": world.invitation_key},
    "forged": lambda world: {"key": f"{world.ours.account.pk.hex}-aaaaaa-{'0' * 32}"},
    "reset-link": lambda world: world.reset_link,
    "forged-link": lambda world: {**world.reset_link, "key": f"aaaaaa-{'0' * 32}"},
}


def address(route: str, target: str, world: World) -> str:
    return reverse(route, kwargs=TARGETS[target](world))
