"""What a survey begins with: how every market stood when history last had a row of it.

Of a market that is only surveyed there is nothing but these few figures and its listing; all of it
is old until its venue says it anew.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping

from cockpit.desk.contract import Notice
from cockpit.desk.recall import FIGURES_NS, RECALL_S, Key, recollection
from cockpit.history.errors import HistoryError
from cockpit.history.layout import Folder
from cockpit.history.reader import HistoryReader
from cockpit.state.recollection import Recollection
from cockpit.state.store import MarketStore


async def recall_survey(
    view: MarketStore, folder: Folder, now_ns: int, note: Callable[[Notice], None]
) -> None:
    """Hand it to the state, which takes it only while it surveys. What cannot be read is noted,
    and waited for from the venues."""
    reading = asyncio.to_thread(read_survey, folder, now_ns)
    try:
        found = await asyncio.wait_for(reading, RECALL_S)
    except TimeoutError:
        words = f"{folder.path}: takes too long to read; the scan waits for the venues"
        note(Notice(now_ns, "", words, "warn"))
        return
    except HistoryError as error:
        note(Notice(now_ns, "", error.ui_message, "warn"))
        return
    by_venue: defaultdict[str, dict[Key, Recollection]] = defaultdict(dict)
    for key, past in found.items():
        by_venue[key[0]][key] = past
    for markets in by_venue.values():
        view.recall_survey(markets)
        # The screen draws and hears keys in between.
        await asyncio.sleep(0)


def read_survey(folder: Folder, now_ns: int) -> Mapping[Key, Recollection]:
    """(venue, symbol) -> what is kept of it from the last day. Blocks; HistoryError."""
    reader = HistoryReader(folder)
    listings = reader.listings()
    return {
        key: recollection(row, listing=listings.get(key))
        for row in reader.last_samples()
        if now_ns - FIGURES_NS < row.at_ns <= now_ns
        for key in [(row.venue, row.symbol)]
    }
