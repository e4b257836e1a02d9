"""The inputs of the stress table and of the random futures."""

from cockpit.views.panes import form

HZ = form.HZ
_PANE = form.FormPane("stress_form", "stress")
lines = _PANE.lines
