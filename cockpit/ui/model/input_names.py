"""Sentences of calculators on the screen: an input is called what its form calls it.

A calculator names inputs as `--set` takes them, `taker_fee.NAME`, because its sentences also go to
programs. On the screen the same sentence says `taker fee of NAME`. Which words are names is known
from the form's fields, never guessed.
"""

import re
from collections.abc import Mapping
from functools import cache

from cockpit.core.scenario import scenario_names
from cockpit.ui.text.styled import clean

ANSWERS: Mapping[str, str] = {
    "band_half_width": "delta that is not worth a trade",
    "hedge_ratio": "coins of the hedge for each coin held",
    "sqrt_impact_bps": "impact by the square-root law",
    "kappa_per_min": "speed of a balanced pace",
    "expected_funding_usd": "expected funding",
}
"""Figures of answers that sentences speak of."""
_PLAIN = frozenset({"symbol", "side", "size", "venue", "venues", "positions", "plan", "shocks",
                    "leverage", "start", "paths", "steps", "seed", "slices", "ratio", "book",
                    "scenarios", "betas", "correlation", "schedule", "shock", "compare",
                    "y", "unrest", "haircut", "jitter"})  # fmt: skip
"""Names that are words as well: in a sentence they stand for what they say."""
_NAME = re.compile(r"\b([a-z][a-z0-9]*(?:_[a-z0-9]+)*)(?:\.([A-Za-z0-9][\w:-]*))?")


def in_labels(words: str, calculator: str) -> str:
    """The calculator's sentence with each name of an input, or of a figure, as the form calls it.

    Control characters are gone: a sentence may quote what a venue, or the trader, wrote.
    """
    known = _vocabulary(calculator)

    def label(found: re.Match[str]) -> str:
        name, part = found[1], found[2]
        if name in known:
            return f"{known[name]} of {part}" if part else known[name]
        return found[0]

    return _NAME.sub(label, clean(words))


@cache
def _vocabulary(calculator: str) -> Mapping[str, str]:
    """Names of a calculator's inputs, of their choices and of scenarios -> how they are said."""
    from cockpit.calculators import load
    from cockpit.calculators.common.form import form_fields

    known = dict(ANSWERS)
    for field in form_fields(load(calculator).Inputs):
        if field.name not in _PLAIN:
            known[field.name] = field.label
        known.update(field.words)
        if field.name == "scenarios":
            known.update({name: name.replace("_", "-") for name in scenario_names()})
    return known
