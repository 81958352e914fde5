"""Calibration of a model's answers: temperature, thresholds, prediction sets, novelty. Arrays in, numbers out."""
