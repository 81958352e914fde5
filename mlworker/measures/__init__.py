"""What can be measured of one cell, in pixels and micrometres."""
