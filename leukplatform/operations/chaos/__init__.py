"""The platform under faults: real processes are killed, stopped and starved while pictures are submitted over HTTP.

`make chaos`, or `python -m leukplatform.operations.chaos --runs N --seed S --services postgres|embedded|both`, prints
one JSON line for each run and a summary. It exits with 1 if anything was lost, done twice, stuck or left behind.
"""
