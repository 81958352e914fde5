"""The platform under faults: real processes are killed, stopped and starved while pictures are submitted over HTTP.

`python -m leukplatform.tests.chaos --runs N --seed S --services postgres|embedded|both` (or `make chaos`) prints a JSON
line a run and a summary; the exit code is 1 when anything was lost, done twice, stuck, or left behind.
"""
