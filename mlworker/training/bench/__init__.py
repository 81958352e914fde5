"""The model bench: every row of one configuration file trained and judged by one protocol, and the table made of it."""
