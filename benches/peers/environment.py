"""The virtual environment in which the systems are installed."""

import hashlib
import json
import os
import subprocess
import sys
import venv
from pathlib import Path

STAMP = "peers.json"
INSTALL_SECONDS = 600


def enter(place: Path, requirements: Path, script: Path) -> None:
    """Returns if this process runs in the environment; otherwise prepares it and replaces this process by one that does."""
    if Path(sys.prefix).resolve() == place.resolve():
        return
    python = place / "bin" / "python"
    if not python.exists():
        print("making the virtual environment ...", file=sys.stderr)
        venv.create(place, with_pip=True, clear=place.exists())
    _install(python, place / STAMP, requirements)
    os.execv(python, [str(python), str(script), *sys.argv[1:]])


def failures(place: Path) -> dict[str, str]:
    """Packages that could not be installed, each with pip's reason."""
    return json.loads((place / STAMP).read_text(encoding="utf-8"))["failed"]


def _install(python: Path, stamp: Path, requirements: Path) -> None:
    """Installs all packages at once; if that fails, one by one, noting which ones fail."""
    text = requirements.read_text(encoding="utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    if stamp.exists():
        before = json.loads(stamp.read_text(encoding="utf-8"))
        if before["requirements"] == digest and not before["failed"]:
            return
    print("installing the packages of requirements.txt ...", file=sys.stderr)
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    failed = {}
    if _pip(python, lines) is not None:
        for line in lines:
            reason = _pip(python, [line])
            if reason is not None:
                failed[line.partition("==")[0]] = reason
    stamp.write_text(json.dumps({"requirements": digest, "failed": failed}), encoding="utf-8")


def _pip(python: Path, packages: list[str]) -> str | None:
    """`None`, or the reason why it failed: the last line that pip says."""
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"pip took more than {INSTALL_SECONDS} s"
    if done.returncode == 0:
        return None
    said = [line for line in done.stderr.splitlines() if line.strip()]
    return said[-1] if said else f"pip ended with {done.returncode}"
