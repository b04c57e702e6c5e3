#!/usr/bin/env python3
"""Measures Python's caching decorators: hits, misses, and what it takes to invalidate a tag.

    python3 benches/peers/measure.py [--quick] [--json FILE] [--venv PATH]

Makes a virtual environment, installs the pinned packages of requirements.txt into it, runs itself again there, and prints
a table. Every system runs in a process of its own; all contenders of a section run once per round, in rotating order, so
that ratios within a round are of one and the same state of the machine.
"""

import argparse
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent

sys.dont_write_bytecode = True
# As the package `peers`: none of its modules may stand in for one of the measured packages.
sys.path[0] = str(HERE.parent)

from peers import contender, environment, plan, report  # noqa: E402


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there as JSON")
    parser.add_argument("--quick", action="store_true", help="under a minute: fewer, shorter rounds, no 100,000 entries")
    parser.add_argument("--ecached", type=Path, metavar="PROGRAM", help="measure ecached too: the bin `ancestors` of the benches")
    parser.add_argument("--only", action="append", metavar="NAME", help="measure only this system; may be repeated")
    parser.add_argument(
        "--venv",
        type=Path,
        metavar="PATH",
        default=REPOSITORY / "target" / "peers-venv",
        help="where the virtual environment is or will be (default: target/peers-venv of the repository)",
    )
    return parser.parse_args()


def main() -> int:
    """Installs, measures, prints."""
    options = arguments()
    environment.enter(options.venv.absolute(), HERE / "requirements.txt", Path(__file__).resolve())
    contender.Contender.program = str(options.ecached.absolute()) if options.ecached else None
    settings = plan.QUICK if options.quick else plan.FULL
    result = plan.run(settings, only=options.only, not_installed=environment.failures(options.venv.absolute()))
    report.show(result)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if result["rows"] else 1


if __name__ == "__main__":
    sys.exit(main())
