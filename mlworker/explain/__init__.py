"""Pictures that show what was found: contours of the cells, and the heat map of the evidence."""
