"""The rules as the screen lists them: those made by keys first, and where the cursor is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cockpit.alerts.rule import DEFAULT_RULES
from cockpit.alerts.standing import Standing

_BUILT_IN = frozenset(DEFAULT_RULES)


@dataclass(slots=True)
class RuleList:
    """Copied from the desk at each look. `is_shown` puts the rules where the alerts stand."""

    is_shown: bool = False
    standings: Sequence[Standing] = ()
    own: Collection[str] = ()
    name: str = ""
    """The rule under the cursor: it stays there whatever becomes of the others."""

    def take(self, standings: Sequence[Standing], own: Collection[str]) -> None:
        """How the rules stand now: those made by keys, those of the config, the built-in ones."""
        self.own = own
        self.standings = sorted(standings, key=lambda s: (not self.is_own(s), is_built_in(s)))

    def is_own(self, standing: Standing) -> bool:
        return standing.rule.name in self.own

    @property
    def index(self) -> int:
        names = [standing.rule.name for standing in self.standings]
        return names.index(self.name) if self.name in names else 0

    @property
    def selected(self) -> Standing | None:
        return self.standings[self.index] if self.standings else None

    def go(self, index: int) -> None:
        if self.standings:
            self.name = self.standings[max(0, min(len(self.standings) - 1, index))].rule.name


def is_built_in(standing: Standing) -> bool:
    """Whether it is as it came, neither the config's nor made by keys."""
    return standing.rule in _BUILT_IN
