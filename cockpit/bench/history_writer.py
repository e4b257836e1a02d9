"""A process that writes history until it is killed: FOLDER. Says on stdout when it writes."""

import sys
import time
from pathlib import Path

from cockpit.core.clock import WallClock
from cockpit.history.layout import Folder
from cockpit.history.service import HistoryService
from cockpit.history.settings import HistorySettings


def main(path: str) -> None:
    service = HistoryService(Folder(Path(path)), HistorySettings(), WallClock())
    service.start()
    while service.status.standing != "writing":
        time.sleep(0.005)
    sys.stdout.write("writing\n")
    sys.stdout.flush()
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main(sys.argv[1])
