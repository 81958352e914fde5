"""Named, versioned recipes from a decoded picture to the model's input: the same code trains and predicts."""
