"""The command: on the running demo, or one started for the tour, it plays one visit."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import Final

from infra.demo_server import demo_server
from infra.refusal import Refusal as NoServer

from .caller import Refused
from .steps import Steps, TourFailed
from .visit import Tour

_TOURS: Final = Path(__file__).resolve().parents[2] / ".tour"


def main() -> int:
    """Play the tour; exit code 1 when it could not be played to its end."""
    folder = _TOURS / f"{datetime.now():%Y%m%d-%H%M%S}"  # noqa: DTZ005  # a folder's name, for the person here
    folder.mkdir(parents=True)
    steps = Steps()
    try:
        with demo_server(_TOURS, steps.say) as demo:
            steps.say(f"Tour of {demo.address} 演示一次完整的视频复诊")
            asyncio.run(Tour(demo.address, folder, steps).run())
    except (NoServer, Refused, TourFailed, TimeoutError) as failure:
        steps.say(f"The tour stopped: {str(failure) or type(failure).__name__}")
        return 1
    finally:
        (folder / "tour.txt").write_text("\n".join(steps.lines) + "\n", encoding="utf-8")
        print(f"\nLeft in 已保存到 {folder}: {', '.join(sorted(path.name for path in folder.iterdir()))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
