"""A bad line: what was lost is noticed, and what comes back is right."""

import json
import time

import pytest

from cockpit.sim.names import symbol_names
from tests.e2e.exchange import exchange, run

FAULTS = {
    "drop": 0.02, "duplicate": 0.02, "reorder": 0.02, "truncate": 0.01, "corrupt": 0.01,
    "disconnect_every_s": 12, "http_429": 0.2, "http_500": 0.2,
}  # fmt: skip
