"""The clipboard of the terminal that the trader sits at, also over SSH: OSC 52.

The terminal never answers, so nobody can say "copied": only how much was sent to it.
"""

import base64

MAX_BYTES = 70_000
"""Of text. Base64 makes it a third longer, and many terminals drop a sequence near 100,000."""


def osc52(text: str) -> str:
    """The escape sequence that hands the text to the terminal. Not wrapped for tmux: with
    `set-clipboard on` tmux passes it on itself, and wrapped it would not."""
    return f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07"


def refusal(text: str) -> str:
    """Why this text is not sent, in words; empty when it may be."""
    size = len(text.encode())
    if size > MAX_BYTES:
        return f"{size} bytes are too many for a terminal's clipboard (at most {MAX_BYTES})"
    return "" if size else "there is nothing to copy here"
