"""The model families and the model folder. Importing it, its card or its artifact loads no Keras."""
