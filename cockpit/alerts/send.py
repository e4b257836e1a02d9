"""One message out, in a process of its own: `python -m cockpit.alerts.send`.

The library for it is large, blocks while it sends, and logs the URLs that it uses; all of that ends
with the process. stdin has one JSON object: url, title, body, severity. The exit code says what
came of it, and nothing is printed.
"""

import logging
import sys
from typing import Final

import msgspec

from cockpit.alerts.rule import Severity

SENT: Final = 0
REFUSED: Final = 3
NO_URL: Final = 4
NO_LIBRARY: Final = 5


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to send. `body` empty only asks whether the URL is understood."""

    url: str
    title: str = ""
    body: str = ""
    severity: Severity = "info"

    def __repr__(self) -> str:
        return f"Order(url='…', title={self.title!r}, severity={self.severity!r})"


def send(order: Order) -> int:
    """The exit code."""
    logging.disable(logging.CRITICAL)
    try:
        from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType
    except ImportError:
        return NO_LIBRARY
    kinds = {"info": NotifyType.INFO, "warn": NotifyType.WARNING, "danger": NotifyType.FAILURE}
    out = Apprise(asset=AppriseAsset(app_id="cockpit", app_desc="perpetual futures", app_url=""))
    if not out.add(order.url):
        return NO_URL
    if not order.body:
        return SENT
    is_sent = out.notify(
        title=order.title,
        body=order.body,
        notify_type=kinds[order.severity],
        body_format=NotifyFormat.TEXT,
    )
    return SENT if is_sent else REFUSED


if __name__ == "__main__":
    sys.exit(send(msgspec.json.decode(sys.stdin.buffer.read(), type=Order)))
