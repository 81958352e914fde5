"""Every model by one protocol, and the table of them all."""
