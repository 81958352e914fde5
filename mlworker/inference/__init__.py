"""Serving: ONNX Runtime and the one entry of the platform, `pipeline.analyse`. No Keras, no TensorFlow."""
