"""What is taken to be so at Nado, by which evidence, and what would settle it."""

from cockpit.venues.claims import claim, general

_PAGES = "https://docs.nado.xyz/developer-resources/api"
_CONTRACTS = "github.com/nadohq/nado-contracts core/contracts/PerpEngineState.sol"

CLAIMS = (
    general("rate_is_fraction", "recorded",
            f"{_PAGES}/v2/contracts; recorded before and after a settlement",
            "The running rate is a fraction per 24 hours; an hour pays its 24th part."),
    general("live_becomes_settled", "recorded", "recorded funding_rate_history",
            "The history is of each hour, not of a day: a 24th of what was live before the hour."),
    claim("formula", "recorded", f"nine recorded markets; {_CONTRACTS}",
          "The running rate is the hour's mean of mark over index less one, within 2 % a day; "
          "how the mark comes to rest 0.03 % above the index is not published, so no terms are."),
    general("stamp_on_interval", "recorded", f"{_PAGES}/v2/contracts",
            "Funding is paid on the hour; its time is in seconds."),
    general("interest_is_one_sided", "unconfirmed",
            f"{_CONTRACTS} counts both; whether the archive halves already is not said",
            "The figure counts longs and shorts, and is halved."),
    general("sequence_holds", "documented", f"{_PAGES}/subscriptions/events",
            "last_max_timestamp is the max_timestamp of the change before; a book read at T "
            "takes the changes that end after T."),
    general("sizes_are_absolute", "documented", f"{_PAGES}/subscriptions/events"),
    claim("beyond the book", "unconfirmed",
          f"{_PAGES}/gateway/queries/market-liquidity: at most 100 levels",
          "Changes beyond the hundredth level of a reading are left out: what stands there is "
          "not known."),
    general("stamps_are_current", "recorded", "recordings",
            "Books and trades are stamped in ns, pongs in ms, the archive in s."),
    general("wire_is_known", "recorded", "recordings",
            "Each stream is told by `type`, each answer by `id`."),
    claim("trade size", "unconfirmed", "one recorded trade",
          "taker_qty and maker_qty of a match are equal; the smaller is shown."),
    claim("minimum", "recorded", "recorded query_symbols",
          "min_size is a worth in USDT0, not a size."),
    claim("thousands", "recorded", "recorded kPEPE",
          "A small k before the name stands for 1000 coins."),
    claim("states", "unconfirmed",
          "recorded post_only, soft_reduce_only, not_tradable; meanings not documented",
          "Only `live` markets take every order; others are shown as paused."),
    claim("one host", "source", "the venue's own TypeScript client: endpoints of its indexer",
          "api.prod.nado.xyz serves /archive/v1 and /archive/v2 as it does /gateway/v1."),
    claim("fees", "unconfirmed", "recorded query_symbols",
          "Fees are those of the listing; a sequencer fee per fill is not known and left out."),
    claim("account", "documented",
          f"{_PAGES}/gateway/queries/subaccount-info; {_PAGES}/archive-indexer/matches; "
          f"{_CONTRACTS}",
          "The unweighted health is the equity; v_quote_balance holds funding, fees and what was "
          "settled, so that entries come of the matches."),
    claim("payments", "unconfirmed", f"{_PAGES}/archive-indexer/interest-and-funding-payments",
          "The amount of a funding payment is positive when received; its rate is not shown, "
          "because nobody says per what."),
)  # fmt: skip
