"""How many processor cores there are to use."""

from __future__ import annotations

import os


def n_usable() -> int:
    """Cores that this process may use: its affinity and the quota of its container count.

    ``LOKY_MAX_CPU_COUNT`` and ``OMP_NUM_THREADS`` say fewer.
    """
    from loky import cpu_count

    wanted = os.environ.get("OMP_NUM_THREADS", "")
    n = int(cpu_count())
    return min(n, int(wanted)) if wanted.isdigit() and int(wanted) > 0 else n
