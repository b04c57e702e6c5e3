"""What the figures were measured on."""

import os
import platform
from pathlib import Path


def describe() -> dict:
    """Processor, cores, Python, and how busy it is."""
    load = round(os.getloadavg()[0], 1)
    return {"cpu": _cpu(), "cores": os.cpu_count(), "python": platform.python_version(), "load_before": load}


def _cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
