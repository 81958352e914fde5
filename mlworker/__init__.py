"""Cells, models and evaluation: arrays in, frozen dataclasses out. No Django, no Celery.

The package runs alone on a training machine (`python -m mlworker --help`). The platform enters it through one
function, `mlworker.inference.pipeline.analyse`, called from `diagnosis/tasks.py`.
"""
