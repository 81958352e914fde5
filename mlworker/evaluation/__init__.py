"""Measures of models and of segmentations. Arrays in, numbers out; nothing here knows a model or a file."""
