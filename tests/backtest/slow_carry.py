"""The carry strategy once more, as slowly and plainly as possible: one hour, one stamp at a time.

Written from the rule's description alone; shares no code with the strategy it checks.
"""

HOUR = 3_600_000_000_000
MINUTE = 60_000_000_000


class Venue:
    """rows: (at_ns, rate, interval_s); prices: (at_ns, price)."""

    def __init__(self, rows, prices, fee, impact, latency, share, delay, margin, maintenance):
        self.rows, self.prices = rows, prices
        self.fee, self.impact, self.share = fee / 1e4, impact / 1e4, share
        self.step = int((latency + delay) * 1e9)
        self.margin, self.maintenance = margin, maintenance

    def mean(self, hour, length, least):
        paid = covered = 0.0
        for at, rate, interval in self.rows:
            stamp = (at + HOUR // 2) // HOUR
            if hour - length < stamp <= hour:
                paid += rate
                covered += interval / 3600
        return paid / covered if covered >= least * length else None

    def fresh(self, hour):
        past = [row for row in self.rows if (row[0] + HOUR // 2) // HOUR <= hour]
        if not past:
            return False
        at, _, interval = past[-1]
        return hour - (at + HOUR // 2) // HOUR < interval / 3600

    def price(self, at_ns):
        if not self.prices:
            return 1.0
        value = self.prices[0][1]
        for at, price in self.prices:
            if at <= at_ns:
                value = price
        return value

    def cost(self):
        return 2 * (self.fee + self.impact * (self.share + 2 * (1 - self.share)))

    def moves(self, decided, whole=False):
        if whole:
            return [(decided, 1.0, 1)]
        moves = [(decided + self.step, self.share, 1)]
        if self.share < 1:
            moves.append((decided + 2 * self.step, 1 - self.share, 2))
        return moves

    def liquidated(self, entered, left, side, notional):
        if not self.prices:
            return None
        entry = self.price(entered)
        size = notional / entry
        for at, price in self.prices:
            if entered + self.step < at <= left:
                equity = self.margin * notional + side * size * (price - entry)
                if equity < self.maintenance * size * price:
                    return at
        return None


def net_usd(first, second, notional, hold_h, multiple, least_hold_h, liquidation_fee=0.01):
    """(net of all trades, how many there were)."""
    start = max((venue.rows[0][0] + HOUR // 2) // HOUR for venue in (first, second))
    end = min((venue.rows[-1][0] + HOUR // 2) // HOUR for venue in (first, second))
    entry = multiple * (first.cost() + second.cost()) / hold_h
    opened, sign, found = None, 0, []
    for hour in range(start, end + 1):
        days = [venue.mean(hour, 24, 0.7) for venue in (first, second)]
        weeks = [venue.mean(hour, 168, 0.5) for venue in (first, second)]
        day = None if None in days else days[1] - days[0]
        week = None if None in weeks else weeks[1] - weeks[0]
        fresh = first.fresh(hour) and second.fresh(hour)
        if opened is None:
            agree = day is not None and week is not None and day * week > 0
            if fresh and agree and abs(day) >= entry:
                opened, sign = hour, 1 if day > 0 else -1
        elif not fresh:
            found.append((opened, hour - 1, sign))
            opened = None
        elif hour - opened >= least_hold_h and day is not None and sign * day < 0:
            found.append((opened, hour, sign))
            opened = None
    if opened is not None:
        found.append((opened, end, sign))
    found = [trade for trade in found if trade[1] > trade[0]]
    total = 0.0
    for came, went, side in found:
        entered, left = came * HOUR + 2 * MINUTE, went * HOUR + 2 * MINUTE
        sides = ((first, side), (second, -side))
        gone = [venue.liquidated(entered, left, way, notional) for venue, way in sides]
        known = [at for at in gone if at is not None]
        if known:
            left = min(known)
        size = notional / first.price(entered)
        for (venue, way), at in zip(sides, gone, strict=True):
            dead = at is not None and at == left
            total += leg(venue, way, size, entered, left, dead, liquidation_fee)
    return total, len(found)


def leg(venue, way, size, entered, left, dead, liquidation_fee):
    orders = [(at, share, times, 1) for at, share, times in venue.moves(entered)]
    orders += [(at, share, times, -1) for at, share, times in venue.moves(left, whole=dead)]
    total = 0.0
    for index, (at, share, times, sense) in enumerate(orders):
        value = share * size * venue.price(at)
        fee = liquidation_fee if dead and index == len(orders) - 1 else venue.fee
        total -= value * (fee + venue.impact * times)
        if venue.prices:
            total -= way * sense * value
    for at, rate, _ in venue.rows:
        held = sum(share * sense for when, share, _, sense in orders if when < at)
        total -= way * held * size * venue.price(at) * rate
    return total
