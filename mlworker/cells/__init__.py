"""The cell reader: scale, outlines, crops at one scale, classes; and the verdict of a case from all its cells."""
