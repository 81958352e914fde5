from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from diagnosis import permissions, policies
from diagnosis.models import Case, CellNaming
from diagnosis.models.cell_naming import PREVIOUS
from diagnosis.selectors.gallery import NamedCell, named_cells
from diagnosis.services import cases
from leukplatform.accounts.models import User
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action


@transaction.atomic
def name(*, case: Case, cells: Collection[int], name: str, seen: int, by: User) -> int:
    """Give all these cells of the case a name, each in a new row, and return the number of rows.

    `name` is a class of the cell reader, "unidentified" or PREVIOUS. `seen` is the newest naming that the doctor had in
    view: if one of the cells was named after it, nothing is written and Refused is raised. What the doctor has said
    of a cell already makes no second row, so the same form sent twice changes nothing.
    """
    case = cases.lock(case)
    permissions.check_can_review(by, case)
    policies.check_can_edit_case(case)
    chosen = named_cells(case, only=cells)
    if len(chosen) != len(set(cells)):
        raise policies.Refused(_("Some of these cells are no longer part of the case. Reload the page."))
    wanted = {cell.label: (cell, cell.former if name == PREVIOUS else name) for cell in chosen}
    wanted = {label: (cell, said) for label, (cell, said) in wanted.items() if said and not _says(cell, said, by)}
    if any(cell.naming is not None and cell.naming.pk > seen for cell, _said in wanted.values()):
        raise policies.Refused(
            _("Some of these cells have been named since you loaded them. Look at them again; nothing was changed.")
        )
    CellNaming.objects.bulk_create(CellNaming(cell=cell.cell, name=said, made_by=by) for cell, said in wanted.values())
    if wanted:
        audit.record(
            Action.CELL_NAMED,
            by=by,
            subject=case,
            patient_id=case.patient_id,
            details={"count": len(wanted), "cells": list(wanted)},
        )
    return len(wanted)


def _says(cell: NamedCell, name: str, by: User) -> bool:
    return cell.naming is not None and (cell.naming.name, cell.naming.made_by_id) == (name, by.pk)
