"""The origin of the software: pinned packages and the bill of materials. Not part of what is served."""
