"""`python -m prescriptions`: check FILE.json | schema | formulary check|diff|sign. Needs no database and no network."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from prescriptions import commands


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0: done; 1: what was looked at is not in order; 2: it could not be read."""
    parser = argparse.ArgumentParser(prog="python -m prescriptions", description=__doc__)
    commands.declare(parser)
    asked = parser.parse_args(arguments)
    return int(asked.run(asked))


if __name__ == "__main__":
    sys.exit(main())
