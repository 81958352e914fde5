"""`python -m mlworker`."""

from __future__ import annotations

import sys

from mlworker.cli import main

if __name__ == "__main__":
    sys.exit(main())
