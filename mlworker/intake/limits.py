"""Limits on the resources that one upload may take."""

KEPT_PIXELS = 40_000_000  # a larger picture is reduced, so that a worker reads it within 512 MB (tested)
MEMORY_BYTES = 1024 * 1024 * 1024  # address space of the child: 280 MB of libraries, and two copies of the pixels
WRITTEN_BYTES = 4 * KEPT_PIXELS  # of one file; noise takes 3 bytes a pixel
CPU_SECONDS = 20
WALL_SECONDS = 40
AT_ONCE = 2  # children of one process
WAIT_SECONDS = 30  # for a free slot
