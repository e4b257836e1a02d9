"""What each venue is asked for: the watch list of all, markets of its own, accounts of its own.

No venue is told anything here. Whoever changes what is wanted asks for the `Wants` anew.
"""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from cockpit.config import Follow, Watch
from cockpit.core.account import short_address
from cockpit.core.errors import InputError
from cockpit.portfolio.attribution import unwatched
from cockpit.state.view import MarketView
from cockpit.venues import account_problem
from cockpit.venues.contract import KeptSpan, Wants

MOST_HELD = 50
"""Markets are watched for the sake of positions, up to so many."""


class Wanted:
    """`venues` are those that are asked; accounts of others are followed nowhere."""

    def __init__(self, watch: Watch, follows: Sequence[Follow], venues: Collection[str]) -> None:
        # Nothing named is everything on the screen: venues are told so, in their own word.
        self._common = Wants(symbols=watch.symbols, depth=watch.depth, survey=not watch.symbols)
        self._venues = frozenset(venues)
        self._follows = tuple(follows)
        self._is_surveying = False
        self._lent: Mapping[str, frozenset[str]] = {}
        self._kept: Mapping[str, dict[str, KeptSpan]] = {}
        self._added: set[str] = set()
        """Markets that were watched because of a position; the trader may drop them again."""

    def of(self, venue: str) -> Wants:
        """Everybody's symbols and the venue's own, and its own accounts."""
        common = self._common
        lent = sorted(self._lent.get(venue, frozenset()).difference(common.symbols))
        # Nothing named is everything: there is nothing to add to that.
        symbols = (*common.symbols, *lent) if common.symbols else ()
        mine = tuple(f.account.address for f in self.follows if f.venue == venue)
        kept = self._kept.get(venue, {})
        return msgspec.structs.replace(common, symbols=symbols, accounts=mine, kept=kept)

    @property
    def symbols(self) -> tuple[str, ...]:
        """The watch list; empty is everything."""
        return self._common.symbols

    def watch(self, symbols: tuple[str, ...]) -> None:
        """Want these of every venue."""
        survey = self._is_surveying or not symbols
        self._common = msgspec.structs.replace(self._common, symbols=symbols, survey=survey)

    def survey(self, is_on: bool) -> None:
        """Want the figures of every listed market beside the watch list, or no longer."""
        self._is_surveying = is_on
        self.watch(self.symbols)

    def lend(self, symbols: Mapping[str, frozenset[str]]) -> None:
        """By venue, what is wanted of it alone, for as long as somebody looks at it."""
        self._lent = symbols

    def know(self, kept: Mapping[str, dict[str, KeptSpan]]) -> None:
        """By venue and symbol, what is kept already and need not be asked for again."""
        self._kept = kept

    # --- accounts -----------------------------------------------------------------------------

    @property
    def follows(self) -> list[Follow]:
        """The accounts whose venues are watched."""
        return [follow for follow in self._follows if follow.venue in self._venues]

    def follow(self, follows: Sequence[Follow]) -> None:
        """These accounts, in place of those before."""
        self._follows = tuple(follows)

    def follow_too(self, new: Follow) -> None:
        """This one as well. InputError where its venue is not watched, the address is none of
        that venue's, or it is followed already."""
        if new.venue not in self._venues:
            raise InputError(f"{new.venue} is not among the watched venues")
        problem = account_problem(new.account)
        if problem is not None:
            raise InputError(f"{new.venue}: {problem}")
        if any(follow.account == new.account for follow in self.follows):
            raise InputError(f"{short_address(new.address)} is followed at {new.venue} already")
        self._follows += (new,)

    # --- positions ----------------------------------------------------------------------------

    def add_held(self, view: MarketView) -> dict[str, str]:
        """Watch the markets of what is held too: without them neither funding nor marks are known.

        Symbol -> venue of those that are new; each once, so that the trader may drop it again.
        """
        if not self.symbols:
            return {}
        held = {s: v for s, v in unwatched(view).items() if s not in self._added}
        added = dict(list(held.items())[: MOST_HELD - len(self._added)])
        self._added.update(added)
        return added
