"""Proof that moved code still says the same: everything the program says, frozen and compared.

    python -m tests.freeze take DIR                     once, before code is moved
    python -m tests.freeze compare DIR                  after every step; exit 1 on a difference
    python -m tests.freeze compare DIR --events-only    where what is asked may differ, facts not
    python -m tests.freeze compare DIR --only long/dydx only files whose name begins so

`take` records its own long tapes (each session against its own face, with faults) and saves views
of them into DIR, then writes what the program says of them, of the golden tapes (copied into DIR)
and of the recordings beside the project. `compare` feeds the same inputs again; a simulator or a
golden tape that changed in the meantime does not matter. Nothing in DIR belongs into the project.
`take --keep-inputs` freezes anew on tapes and views that DIR has already.

Facts (events, rejects, restarts, documents) and what is asked (Send, Fetch) are compared apart.

The program is driven through the command line, `cockpit.core`, `cockpit.wire` (tapes, pump),
`cockpit.venues` with its contract, the store, and the two documents.
"""
