"""What machine figures were measured on, said above each table."""

import os
import platform
import sys
from pathlib import Path

import psutil

CPU_INFO = Path("/proc/cpuinfo")  # Linux alone; others say it through platform
INT8 = ("avx512_vnni", "avx_vnni")  # multiply whole numbers of networks four at a time


def described() -> str:
    """Return the processor, what networks gain from it, memory, system and load, on two lines."""
    info = _processor_info()
    processor = info.get("model name") or platform.processor() or platform.machine()
    flags = set(info.get("flags", "").split())
    gains = ", ".join(sorted(flags.intersection(("avx2", "avx512f", *INT8)))) or "unknown"
    memory = psutil.virtual_memory().total / (1 << 30)
    load = f"; load {os.getloadavg()[0]:.1f}" if sys.platform != "win32" else ""
    return (
        f"{processor} ({gains}), {os.cpu_count()} cores, {memory:.0f} GiB\n"
        f"{platform.system()}, Python {platform.python_version()}{load}"
    )


def _processor_info() -> dict[str, str]:
    """Return what Linux knows of the first core."""
    if not CPU_INFO.exists():
        return {}
    core = CPU_INFO.read_text().partition("\n\n")[0]
    pairs = (line.partition(":") for line in core.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}
