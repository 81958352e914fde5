"""Pictures of the findings: outlines of the cells, and the heat map of the evidence."""
