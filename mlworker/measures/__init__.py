"""Measures of one cell, in pixels and micrometres."""
