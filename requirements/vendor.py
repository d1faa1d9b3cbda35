"""Fetches the files of other projects that the pages are served with: `python3 requirements/vendor.py` (`make vendor`).

service/web/vendor.toml says which files, of which version, and what their SHA-256 is. Packages come with npm, without
their scripts, into a temporary folder that is removed. A file that is not as the list says is refused; with
`--accept` its new SHA-256 is written into the list instead, to be read in the review. `--from FOLDER` takes packages
that lie in a node_modules folder already.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "service" / "web"
LIST = PAGES / "vendor.toml"
STATIC = PAGES / "static"
_SOURCE_MAP = re.compile(rb"(//# sourceMappingURL=[^\n]*|/\*# sourceMappingURL=[^*]*\*/)\s*$")


def main() -> int:
    """Fetch, compare and write; returns the exit code."""
    arguments = sys.argv[1:]
    accept = "--accept" in arguments
    given = Path(arguments[arguments.index("--from") + 1]) if "--from" in arguments else None
    listed = tomllib.loads(LIST.read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        packages = given or fetched(listed, Path(folder))
        made = {one["path"]: content(one, packages) for one in listed["file"] if one["from"]}
    wrong = [one for one in listed["file"] if one["from"] and digest(made[one["path"]]) != one["sha256"]]
    if wrong and not accept:
        print("Not as vendor.toml says, nothing was written:", *(one["path"] for one in wrong), sep="\n  ")
        return 1
    for path, data in made.items():
        (STATIC / path).parent.mkdir(parents=True, exist_ok=True)
        (STATIC / path).write_bytes(data)
    if wrong:
        accept_digests({one["path"]: (one["sha256"], digest(made[one["path"]])) for one in wrong})
    print(f"{len(made)} files written, {len(wrong)} of them new in the list.")
    return 0


def fetched(listed: dict[str, Any], folder: Path) -> Path:
    """The packages of the list in a node_modules folder. No script of theirs is run."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is not installed; it is needed to fetch these files, and for nothing else.")
    wanted = [f"{one['name']}@{one['version']}" for one in listed["package"]]
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--prefix", str(folder)]
    subprocess.run([npm, "install", *options, *wanted], check=True)
    return folder / "node_modules"


def content(one: dict[str, str], packages: Path) -> bytes:
    """One file as it is served: copied, or compiled where its source is a Sass file of ours."""
    if one["from"].endswith(".scss"):
        return compiled(PAGES / one["from"], packages / one["package"], packages / "sass")
    data = (packages / one["package"] / one["from"]).read_bytes()
    return _SOURCE_MAP.sub(b"", data) if one["path"].endswith(".js") else data


def compiled(source: Path, library: Path, sass: Path) -> bytes:
    """A Sass file as compressed CSS without a mark of its byte order."""
    node = shutil.which("node") or "node"
    options = ["--style=compressed", "--no-source-map", "--no-charset", f"--load-path={library}"]
    done = subprocess.run([node, str(sass / "sass.js"), *options, str(source)], check=True, capture_output=True)
    return done.stdout


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def accept_digests(changed: dict[str, tuple[str, str]]) -> None:
    """Write new digests into the list, which stays as it is otherwise."""
    text = LIST.read_text("utf-8")
    for path, (old, new) in changed.items():
        before, mark, after = text.partition(f'path = "{path}"')
        text = before + mark + after.replace(f'sha256 = "{old}"', f'sha256 = "{new}"', 1)
    LIST.write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
