"""Drawn smears with known masks and classes: test material, demonstration, and randomised stains for training."""

from mlworker.phantom.field import draw_field
from mlworker.phantom.look import Look, random_look
from mlworker.phantom.non_smear import non_smear
from mlworker.phantom.types import CellClass, DrawnField, FieldKind

__all__ = ["CellClass", "DrawnField", "FieldKind", "Look", "draw_field", "non_smear", "random_look"]
