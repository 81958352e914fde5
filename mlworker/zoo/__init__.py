"""The architectures and the model folder. Only `networks` and what it imports load Keras."""
