"""The judgement of a model: measures, controls and doubts."""
