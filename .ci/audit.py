"""`make audit`: looks every pinned package up in the Python Packaging Advisory Database, through pip-audit.

Ends with 1 when a vulnerability is known or when some packages could not be looked up. Where none could be, the source
of advisories is out of reach (a package mirror carries none): nothing was checked, which is said and is no failure.
"""

import json
import subprocess
import sys
from pathlib import Path

LOCKS = Path(__file__).resolve().parent.parent / "locks"
OPTIONS = ["--progress-spinner", "off", "--disable-pip", "--require-hashes", "--format", "json"]
UNREACHABLE = ("ConnectionError", "Timeout", "Could not connect")


def main(pip_audit: str) -> int:
    found = {}  # a package is in several locks
    for lock in sorted(LOCKS.glob("*.txt")):
        command = [pip_audit, *OPTIONS, "--requirement", str(lock)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not done.stdout.strip():
            reason = (done.stderr.strip().splitlines() or ["it said nothing"])[-1][:200]
            if any(word in done.stderr for word in UNREACHABLE):
                sys.stdout.write(f"NOT AUDITED: the source of advisories cannot be reached ({reason}).\n")
                return 0
            sys.stdout.write(f"pip-audit failed on {lock.name}: {reason}\n")
            return 1
        found.update({package["name"]: package for package in json.loads(done.stdout)["dependencies"]})

    skipped = sorted(name for name, package in found.items() if "skip_reason" in package)
    vulnerable = [(package, advisory) for package in found.values() for advisory in package.get("vulns", [])]
    if len(skipped) == len(found):
        sys.stdout.write(f"NOT AUDITED: the package index carries no advisories for any of {len(found)} packages.\n")
        return 0
    for package, advisory in vulnerable:
        fixed = ", ".join(advisory["fix_versions"]) or "no version yet"
        sys.stdout.write(f"{package['name']} {package['version']}: {advisory['id']}, fixed in {fixed}\n")
    if skipped:
        sys.stdout.write(f"Could not be looked up: {', '.join(skipped)}\n")
    sys.stdout.write(f"{len(found) - len(skipped)} packages looked up, {len(vulnerable)} advisories.\n")
    return 1 if vulnerable or skipped else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
