"""A scenario's shocks as arrays over the world's coins and markets."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from cockpit.core.scenario import Scenario, Shock, cast, ranked
from cockpit.sim.world.contract import Asset
from cockpit.sim.world.prices import Floats

FLIPPED_PREMIUM = 9e-4
"""Beyond the neutral zone of every venue, also after a spread is taken off."""


@dataclass(slots=True)
class Effects:
    """What acts now. Shapes: `(markets,)` unless said."""

    depth: Floats
    spread: Floats
    flip: Floats
    """1 where the premium is turned round, else 0."""
    funding: Floats
    pull: Floats
    open_interest: Floats
    volatility: Floats
    """`(assets,)`; NaN keeps the coin's own."""
    correlated: Floats
    """`(assets,)`; 1 where a coin only follows the market, else 0."""
    halts: list[Shock] = field(default_factory=list)

    def premium_target(self, slow: Floats) -> Floats:
        """How far the premium must be shifted from where it would be."""
        turned = -np.where(slow >= 0.0, 1.0, -1.0) * FLIPPED_PREMIUM - slow
        return np.where(self.flip > 0.0, turned, slow * (self.funding - 1.0))


class Timeline:
    """Which shocks act when, on whom."""

    def __init__(
        self,
        scenario: Scenario,
        assets: Sequence[Asset],
        markets: Sequence[tuple[str, str]],
    ) -> None:
        """`markets` are (venue, symbol) in the order of the world's arrays.

        Venues play the scenario's roles in that order: nobody holds anything here.
        """
        venues = list(dict.fromkeys(venue for venue, _ in markets))
        roles = ranked(venues)
        if venues:
            roles |= {"@short": venues[0], "@long": venues[:2][-1]}
        self._shocks = cast(scenario, roles).shocks
        self._assets = [asset.symbol for asset in assets]
        self._markets = list(markets)
        self._acting: dict[int, int] = {}
        self._ramps: list[tuple[Floats, float]] = []
        self.effects = self._combine()

    def advance(self, elapsed_s: float) -> list[Shock] | None:
        """The shocks that begin now; None if nothing begins or ends. Updates `effects`."""
        phases = {n: shock.phase(elapsed_s) for n, shock in enumerate(self._shocks)}
        acting = {n: phase[0] for n, phase in phases.items() if phase is not None}
        if acting == self._acting:
            return None
        begun = [self._shocks[n] for n, turn in acting.items() if self._acting.get(n) != turn]
        self._acting = acting
        self.effects = self._combine()
        self._ramps += [self._ramp(shock) for shock in begun if not isinstance(shock.gap, dict)]
        return begun

    def _ramp(self, shock: Shock) -> tuple[Floats, float]:
        assert not isinstance(shock.gap, dict)
        meant = [shock.concerns_symbol(symbol) for symbol in self._assets]
        return np.where(meant, np.log1p(shock.gap), 0.0), shock.ramp_s

    def drift(self, dt_s: float) -> Floats:
        """The log return that gaps add in this step, `(assets,)`; uses up their ramps."""
        total = np.zeros(len(self._assets))
        going = []
        for left, seconds in self._ramps:
            share = min(1.0, dt_s / seconds) if seconds > 0 else 1.0
            total += left * share
            if share < 1.0:
                going.append((left * (1.0 - share), seconds - dt_s))
        self._ramps = going
        return total

    def halted(self, venue: str, elapsed_s: float) -> bool:
        """Whether this venue's sequencer stands still."""
        for shock in self.effects.halts:
            phase = shock.phase(elapsed_s)
            if phase and (venue in shock.outage or phase[1] < shock.halt_s.get(venue, 0.0)):
                return True
        return False

    def _combine(self) -> Effects:
        count = len(self._markets)
        effects = Effects(
            depth=np.ones(count),
            spread=np.ones(count),
            flip=np.zeros(count),
            funding=np.ones(count),
            pull=np.zeros(count),
            open_interest=np.ones(count),
            volatility=np.full(len(self._assets), np.nan),
            correlated=np.zeros(len(self._assets)),
        )
        for number in self._acting:
            shock = self._shocks[number]
            meant = np.array([shock.concerns(*market) for market in self._markets], dtype=bool)
            effects.depth[meant] *= shock.depth_fraction
            effects.spread[meant] *= shock.spread_multiplier
            effects.funding[meant] *= shock.funding_multiplier
            effects.open_interest[meant] *= shock.oi_multiplier
            effects.pull[meant] = np.maximum(effects.pull[meant], shock.premium_average_jump)
            if shock.funding_flip:
                effects.flip[meant] = 1.0
            coins = np.array([shock.concerns_symbol(symbol) for symbol in self._assets], dtype=bool)
            if shock.volatility_annual is not None:
                effects.volatility[coins] = shock.volatility_annual
            if shock.correlation_one:
                effects.correlated[coins] = 1.0
            if shock.halt_s or shock.outage:
                effects.halts.append(shock)
        return effects
