"""Named scenarios, worst first: what each does to the positions or the plan under stress."""

from cockpit.views.panes import result

HZ = result.HZ
_PANE = result.ResultPane("stress", "stress")
lines = _PANE.lines
