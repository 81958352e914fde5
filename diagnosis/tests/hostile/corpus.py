"""The whole corpus."""

from __future__ import annotations

from diagnosis.tests.hostile import bombs, broken, disguised, laden, names, tiffs
from diagnosis.tests.hostile.files import Hostile

CORPUS: list[Hostile] = [file for module in (disguised, laden, bombs, broken, tiffs, names) for file in module.files()]
