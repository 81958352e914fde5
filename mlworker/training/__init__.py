"""Training: manifest and split, augmentation, the loop, export to ONNX. Keras and TensorFlow are imported here only."""
