"""What a model is worth: measures, controls and doubts."""
