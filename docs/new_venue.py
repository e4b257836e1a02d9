"""`make new-venue NAME=x`: a folder that passes lint, and is told by the suite what it lacks.

Writes `cockpit/venues/x/` and `tests/venues/x/` from `docs/venue_template/`, the line in `REGISTRY`
and the one among the import contracts. Never over something that exists.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = ROOT / "docs" / "venue_template"


def make_venue(name: str, root: Path) -> list[Path] | str:
    """The files written under `root`, or a sentence that says why none was."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,30}", name):
        return f"NAME={name!r}: expected lower case letters, digits and _, such as NAME=acme"
    registry = root / "cockpit" / "venues" / "__init__.py"
    listed = registry.read_text()
    if f'"{name}"' in listed:
        return f"NAME={name}: is registered already"
    words = {"NAME": name, "TITLE": name.title(), "SHORT": name[:3].ljust(3, "x")}
    written = []
    for source in sorted(TEMPLATE.rglob("*.template")):
        place = str(source.relative_to(TEMPLATE)).removesuffix(".template")
        target = root / place.replace("NAME", name)
        if target.exists():
            return f"{target.relative_to(root)} exists already"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(re.sub("NAME|TITLE|SHORT", lambda m: words[m[0]], source.read_text()))
        written.append(target)
    end = listed.index("\n}\n", listed.index("REGISTRY: dict[str, str] = {"))
    line = f'\n    "{name}": "cockpit.venues.{name}",'
    registry.write_text(listed[:end] + line + listed[end:])
    contracts = root / "pyproject.toml"
    settings = contracts.read_text()
    end = settings.index("\n]\n", settings.index('name = "Venues know nothing of each other"'))
    line = f'\n    "cockpit.venues.{name}",'
    contracts.write_text(settings[:end] + line + settings[end:])
    return [*written, registry, contracts]


if __name__ == "__main__":
    made = make_venue("".join(sys.argv[1:2]), ROOT)
    if isinstance(made, str):
        sys.exit(made)
    for path in made:
        sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")
