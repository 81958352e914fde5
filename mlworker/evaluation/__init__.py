"""Measures of models and of segmentations. Arrays in, numbers out; this package knows no models and no files."""
