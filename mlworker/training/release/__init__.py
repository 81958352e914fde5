"""A trained model becomes a folder with a card."""
