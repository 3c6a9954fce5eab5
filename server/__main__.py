"""`python -m server`: serve, worker, migrate, demo, codes load, admin create, openapi, check, audit-verify, docs."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence

from server import commands
from server.foundation import eventloop
from server.foundation.keys import MasterKeyRefused
from server.migrations.apply import SchemaIsNewer
from server.settings import Settings, SettingsRefused, read_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a refusal is one sentence on stderr and exit code 2."""
    parser = argparse.ArgumentParser(prog="python -m server", description=__doc__)
    commands.declare(parser)
    asked = parser.parse_args(arguments)
    try:
        settings = read_settings()
        run: Callable[[Settings, argparse.Namespace], object] = asked.run
        result = run(settings, asked)
        return int(eventloop.run(result) or 0) if asyncio.iscoroutine(result) else int(result or 0)  # type: ignore[call-overload]  # a command gives None or an exit code
    except (SettingsRefused, MasterKeyRefused) as refusal:
        return _refuse(str(refusal))
    except SchemaIsNewer:
        return _refuse(
            "This database was migrated by a newer release of Lianyi: start that release, or restore a backup."
        )
    except KeyboardInterrupt:
        return 130


def _refuse(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
