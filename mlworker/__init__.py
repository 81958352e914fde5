"""Cells, models and evaluation: arrays in, frozen dataclasses out. No Django, no Celery.

The package also runs alone on a training machine (`python -m mlworker --help`). The platform calls two functions:
`mlworker.intake.reencoding.reencode` when a picture is uploaded (`diagnosis/pictures.py`), and
`mlworker.inference.pipeline.analyse` when it is analysed (`diagnosis/tasks.py`).
"""
