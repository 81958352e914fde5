"""List text that is not marked for translation: `python -m leukplatform.tests.unmarked patients templates/patients`."""

import sys
from pathlib import Path

from leukplatform.tests.unmarked import places

if __name__ == "__main__":
    found = [it for name in sys.argv[1:] for it in places.find(Path(name))]
    print(*found, f"{len(found)} texts", sep="\n")
