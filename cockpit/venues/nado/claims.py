"""What is taken to be so at Nado, by which evidence, and what would settle it."""

from cockpit.venues.claims import Claim

_PAGES = "https://docs.nado.xyz/developer-resources/api"
_CONTRACTS = "github.com/nadohq/nado-contracts core/contracts/PerpEngineState.sol"

CLAIMS = (
    Claim(
        point="live rate", proof="rate_is_fraction", standing="recorded",
        says="The running rate is a fraction per 24 hours; an hour pays its 24th part.",
        source=f"{_PAGES}/v2/contracts; recorded before and after a settlement",
    ),
    Claim(
        point="settled rate", proof="live_becomes_settled", standing="recorded",
        says="The history is of each hour, not of a day: a 24th of what was live before the hour.",
        source="recorded funding_rate_history",
    ),
    Claim(
        point="formula", standing="recorded",
        says="The running rate is the hour's mean of mark over index less one, within 2 % a day; "
        "how the mark comes to rest 0.03 % above the index is not published, so no terms are.",
        source=f"nine recorded markets; {_CONTRACTS}",
    ),
    Claim(
        point="next payment", proof="stamp_on_interval", standing="recorded",
        says="Funding is paid on the hour; its time is in seconds.",
        source=f"{_PAGES}/v2/contracts",
    ),
    Claim(
        point="open interest", proof="interest_is_one_sided", standing="unconfirmed",
        says="The figure counts longs and shorts, and is halved.",
        source=f"{_CONTRACTS} counts both; whether the archive halves already is not said",
    ),
    Claim(
        point="book sequence", proof="sequence_holds", standing="documented",
        says="last_max_timestamp is the max_timestamp of the change before; a book read at T takes "
        "the changes that end after T.",
        source=f"{_PAGES}/subscriptions/events",
    ),
    Claim(
        point="book sizes", proof="sizes_are_absolute", standing="documented",
        says="Sizes replace; 0 removes the level.", source=f"{_PAGES}/subscriptions/events",
    ),
    Claim(
        point="beyond the book", standing="unconfirmed",
        says="Changes beyond the hundredth level of a reading are left out: what stands there is "
        "not known.",
        source=f"{_PAGES}/gateway/queries/market-liquidity: at most 100 levels",
    ),
    Claim(
        point="times", proof="stamps_are_current", standing="recorded",
        says="Books and trades are stamped in ns, pongs in ms, the archive in s.",
        source="recordings",
    ),
    Claim(
        point="messages", proof="wire_is_known", standing="recorded",
        says="Each stream is told by `type`, each answer by `id`.", source="recordings",
    ),
    Claim(
        point="trade size", standing="unconfirmed",
        says="taker_qty and maker_qty of a match are equal; the smaller is shown.",
        source="one recorded trade",
    ),
    Claim(
        point="minimum", standing="recorded",
        says="min_size is a worth in USDT0, not a size.", source="recorded query_symbols",
    ),
    Claim(
        point="thousands", standing="recorded",
        says="A small k before the name stands for 1000 coins.", source="recorded kPEPE",
    ),
    Claim(
        point="states", standing="unconfirmed",
        says="Only `live` markets take every order; others are shown as paused.",
        source="recorded post_only, soft_reduce_only, not_tradable; meanings not documented",
    ),
    Claim(
        point="one host", standing="source",
        says="api.prod.nado.xyz serves /archive/v1 and /archive/v2 as it does /gateway/v1.",
        source="the venue's own TypeScript client: endpoints of its indexer",
    ),
    Claim(
        point="fees", standing="unconfirmed",
        says="Fees are those of the listing; a sequencer fee per fill is not known and left out.",
        source="recorded query_symbols",
    ),
    Claim(
        point="account", standing="documented",
        says="The unweighted health is the equity; v_quote_balance holds funding, fees and what "
        "was settled, so that entries come of the matches.",
        source=f"{_PAGES}/gateway/queries/subaccount-info; {_PAGES}/archive-indexer/matches; "
        f"{_CONTRACTS}",
    ),
    Claim(
        point="payments", standing="unconfirmed",
        says="The amount of a funding payment is positive when received; its rate is not shown, "
        "because nobody says per what.",
        source=f"{_PAGES}/archive-indexer/interest-and-funding-payments",
    ),
)  # fmt: skip
