"""When a model's number may be believed: temperature, reliability, thresholds. Arrays in, numbers out."""
