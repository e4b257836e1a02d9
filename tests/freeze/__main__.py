"""`python -m tests.freeze take|compare DIR`: see the package."""

import argparse
import json
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.freeze import commands, frozen, replayed, sessions, tapes
from tests.freeze.frozen import Case
from tests.support import CAPTURES


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.freeze")
    parser.add_argument("action", choices=("take", "compare"))
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--keep-inputs", action="store_true", help="take: on DIR's own inputs")
    parser.add_argument("--events-only", action="store_true", help="compare: facts alone count")
    parser.add_argument("--only", default="", metavar="PREFIX", help="files whose name begins so")
    args = parser.parse_args()
    folder: Path = args.folder.resolve()
    if not CAPTURES.is_dir():
        say(f"tests.freeze: there are no recordings at {CAPTURES}")
        return 2
    if os.environ.get("PYTHONHASHSEED") != "0":
        # Sessions that walk over a set ask in the order of its hashes.
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "tests.freeze", *sys.argv[1:]])
    started = time.monotonic()
    if args.action == "take":
        if not args.keep_inputs:
            make_inputs(folder)
        take(folder, args.only)
        same = True
    else:
        same = compare(folder, args.only, args.events_only)
    say(f"{time.monotonic() - started:.0f} s")
    return 0 if same else 1


def cases(folder: Path, only: str) -> Iterator[Case]:
    """Every frozen file: captures, golden, faults, long, decode, documents."""
    every = (
        sessions.captured(folder),
        sessions.golden_and_long(folder),
        commands.decodes(folder),
        replayed.cases(folder),
        commands.documents(folder),
    )
    return (case for some in every for case in some if case.name.startswith(only))


def make_inputs(folder: Path) -> None:
    """Tapes, views and reply names: what is fed, now and at every comparison."""
    tapes.record(folder / "tapes")
    (folder / "views").mkdir(exist_ok=True)
    (folder / "asked.json").write_text(json.dumps(sessions.asked_for(), indent=1))
    commands.save_views(folder / "views")
    replayed.save_views(folder)


def take(folder: Path, only: str) -> None:
    if not only:
        shutil.rmtree(folder / "frozen", ignore_errors=True)
    files: Counter[str] = Counter()
    outputs: Counter[str] = Counter()
    for case in cases(folder, only):
        files[case.group] += 1
        outputs[case.group] += frozen.write(frozen.path_of(folder, case), case.lines())
    for group in files:
        say(f"{group:<10} {files[group]:>4} files  {outputs[group]:>8} outputs")
    say(f"{'frozen':<10} {files.total():>4} files  {outputs.total():>8} outputs")


def compare(folder: Path, only: str, events_only: bool) -> bool:
    """Print what differs; whether nothing that counts does."""
    files: Counter[str] = Counter()
    outputs: Counter[str] = Counter()
    differing: dict[str, Counter[str]] = {}
    missing = frozen_files(folder, only)
    for case in cases(folder, only):
        path = frozen.path_of(folder, case)
        missing.discard(path)
        differs = differing.setdefault(case.group, Counter())
        if not path.exists():
            differs["facts"] += 1
            say(f"  {case.name}: was not frozen")
            continue
        now = list(case.lines())
        files[case.group] += 1
        outputs[case.group] += len(now)
        for difference in frozen.differences(case, frozen.read(path), now):
            differs[difference.kind] += 1
            if difference.kind == "facts" or not events_only:
                say(f"  {case.name}: {difference.kind} differ\n{difference.text}")
    for path in sorted(missing):
        say(f"  {path.name}: was frozen, and nothing says it now")
    total: Counter[str] = Counter()
    for group, differs in differing.items():
        total += differs
        say(f"{group:<10} {_row(files[group], outputs[group], differs)}")
    say(f"{'all':<10} {_row(files.total(), outputs.total(), total)}")
    return not missing and not (total["facts"] if events_only else total.total())


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def frozen_files(folder: Path, only: str) -> set[Path]:
    root = folder / "frozen"
    return {p for p in root.rglob("*.gz") if str(p.relative_to(root)).startswith(only)}


def _row(files: int, outputs: int, differs: Counter[str]) -> str:
    said = ", ".join(f"{kind} differ in {count} files" for kind, count in differs.items())
    return f"{files:>4} files  {outputs:>8} outputs  {said or 'identical'}"


if __name__ == "__main__":
    sys.exit(main())
