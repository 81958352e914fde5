"""Where the software comes from: the pinned packages and the bill of materials. Not part of what is served."""
