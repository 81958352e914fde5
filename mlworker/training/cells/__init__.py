"""Training of the two cell networks (outlines and classes), under one protocol fixed before anything is measured."""
