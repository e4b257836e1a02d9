"""`python -m tests.golden`: record the golden tapes anew from the built-in exchange.

Run by hand (`make golden`) when a face or the tape format changes, never in the suite: the tapes
in tests/captures are what the contract suite holds every session against.
"""

import gzip
import tempfile
from pathlib import Path

import tomli_w

from tests.e2e.exchange import exchange, run

CAPTURES = Path(__file__).parent / "captures"
SYMBOLS = "BTC,PEPE,DOGE"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with exchange(home, "--seed", "3", "--symbols", SYMBOLS) as sim:
            write_config(home / "config", sim.ready["accounts"])
            done = run(
                "record", "--out", folder, "--for", "24s", "--endpoints", str(sim.endpoints),
                "--symbols", SYMBOLS, home=home,
            )  # fmt: skip
        assert done.returncode == 0, done.stderr
        CAPTURES.mkdir(exist_ok=True)
        for tape in home.glob("*.jsonl.gz"):
            CAPTURES.joinpath(tape.name.removesuffix(".gz")).write_bytes(
                gzip.decompress(tape.read_bytes())
            )


def write_config(folder: Path, accounts: dict[str, list[str]]) -> None:
    """Follow every account of the exchange, so that the tapes have what accounts say too."""
    follows = [{"venue": venue, "address": a} for venue, named in accounts.items() for a in named]
    folder.mkdir()
    (folder / "config.toml").write_text(tomli_w.dumps({"account": follows}))


if __name__ == "__main__":
    main()
