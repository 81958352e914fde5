"""How dates and times are written, by language. Django has its own formats for every other language."""
