"""Cells, models and evaluation: arrays in, frozen dataclasses out. No Django, no Celery.

The package runs alone on a training machine (`python -m mlworker --help`). The platform enters it through two
functions: `mlworker.intake.reencoding.reencode` when a picture is uploaded (`diagnosis/forms`), and
`mlworker.inference.pipeline.analyse` when it is analysed (`diagnosis/tasks.py`).
"""
