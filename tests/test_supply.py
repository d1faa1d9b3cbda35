"""What the program is made of: licences that were agreed to, no pickles, no secrets, nothing let pass unread."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest

from tests.test_architecture import ROOT, SOURCES, tracked

LOCKS = ("run", "web", "worker")
"""What councils install; the other locks are of tests, documentation and drivers of a GPU."""
ELSEWHERE = {"brotlicffi", "colorama", "httpx2-jsfetch", "tzdata"}
"""Locked for other systems, so that their licence cannot be read here: MIT, BSD-3-Clause, MIT, Apache-2.0."""
AGREED = {
    "0bsd", "apache 2.0 license", "apache software license", "apache-2.0", "bsd license", "bsd-2-clause",
    "bsd-3-clause", "3-clause bsd license", "cc0-1.0", "isc license iscl", "mit", "mit license", "mit-0", "mit-cmu",
    "mozilla public license 2.0 mpl 2.0", "mpl-2.0", "psf-2.0", "python software foundation license", "zlib",
}  # fmt: skip
LOOKED_AT = {
    "psycopg": "lgpl-3.0-only",  # a library of its own that we only import
    "psycopg-binary": "lgpl-3.0-only",
    "pyphen": "mozilla public license 1.1 mpl 1.1",  # one of three to choose from; it comes with weasyprint
}
"""Packages that were agreed to under another licence than those, by the one that we use them under."""
CONVERTER = "models/adapters/checkpoint_reader.py"
"""Reads a pickle's numbers once, in a process without a network, and calls nothing that the pickle names."""
SWITCHES = ("allow_pickle", "trust_remote_code", "weights_only")
PICKLES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "jsonpickle", "hickle"}
BEGINNINGS = (b"-----BEGIN", b"AKIA", *(b"gh%c_" % one for one in b"pousr"), b"xox", b"hf_", b"sk-", b"prt_")
SECRETS = re.compile(
    rb"-----BEGIN (?:RSA |EC |OPENSSH |DSA |ENCRYPTED )?PRIVATE KEY-----"
    rb"|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bhf_[A-Za-z]{34}\b"
    rb"|\bsk-[A-Za-z0-9]{32,}\b|\bprt_[A-Za-z0-9_-]{40,}\b"
)


def locked(name: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==", (ROOT / f"requirements/{name}.lock").read_text(), re.M))


def licences(package: str) -> set[str]:
    """The words of a package's licence, as it says itself: of an expression first, then of its classifiers."""
    told = metadata(package)
    classified = [one.split("::")[-1] for one in told.get_all("Classifier", []) if one.startswith("License ::")]
    said = [told["License-Expression"]] if "License-Expression" in told else classified
    words = " AND ".join(said or (told.get("License") or "").splitlines()[:1])
    return {re.sub("[()]", "", word).strip().lower() for word in re.split(r"\bAND\b|\bOR\b", words)}


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_that_is_installed_has_a_licence_that_was_agreed_to(lock: str) -> None:
    wrong, unread = {}, set()
    for package in locked(lock):
        try:
            said = licences(package)
        except PackageNotFoundError:
            unread.add(package)
            continue
        if LOOKED_AT.get(package) not in said and not (said and said <= AGREED):
            wrong[package] = said
    assert wrong == {}
    assert unread <= ELSEWHERE
    assert len(locked(lock)) > 60


def test_a_licence_that_nobody_agreed_to_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(LOOKED_AT, "psycopg")
    with pytest.raises(AssertionError, match="lgpl"):
        test_everything_that_is_installed_has_a_licence_that_was_agreed_to("run")


def pickling(source: str) -> list[str]:
    """Every import and call in a source by which a pickle, or code of somebody else's, could be loaded."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [one.name for one in node.names if one.name.split(".")[0] in PICKLES]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PICKLES:
            found.append(str(node.module))
        elif isinstance(node, ast.Call):
            found += _loads(node)
    return found


def _loads(node: ast.Call) -> list[str]:
    called = _dotted(node.func)
    given = {one.arg: ast.unparse(one.value) for one in node.keywords if one.arg in SWITCHES}
    if called in (
        "torch.load",
        "torch.jit.load",
        "torch.hub.load",
        "yaml.load",
        "pandas.read_pickle",
        "pd.read_pickle",
    ):
        return [called]
    if called in ("np.load", "numpy.load") and given.get("allow_pickle") != "False":
        return [f"{called} without allow_pickle=False"]
    if given.get("trust_remote_code", "False") != "False" or given.get("weights_only") == "False":
        return [f"{called} that runs code of others"]
    return ["eval"] if called in ("eval", "exec", "__import__") else []


def _dotted(node: ast.expr) -> str:
    """A name with its dots; nothing of what is no plain name."""
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def test_no_module_can_load_a_pickle_or_run_code_that_came_with_a_model() -> None:
    found = {path.relative_to(ROOT).as_posix(): pickling(path.read_text("utf-8")) for path in SOURCES}
    assert {path: what for path, what in found.items() if what} == {CONVERTER: ["pickle"]}


@pytest.mark.parametrize(
    "source",
    [
        "import pickle", "from pickle import loads", "import joblib", "from dill import load", "import shelve",
        "torch.load(x, weights_only=True)", "torch.jit.load(x)", "np.load(x)", "np.load(x, allow_pickle=True)",
        "A.from_pretrained(x, trust_remote_code=True)", "yaml.load(x)", "eval(x)",
    ],
)  # fmt: skip
def test_the_search_for_pickles_finds_each_way(source: str) -> None:
    assert pickling(source) != []


def test_no_file_holds_a_secret() -> None:
    found = []
    for name in tracked():
        path = ROOT / name
        if path.is_file() and path != Path(__file__) and path.stat().st_size < 2_000_000:
            held = path.read_bytes()
            found += [name] if any(one in held for one in BEGINNINGS) and SECRETS.search(held) else []
    assert found == []
    assert SECRETS.search(b"-----BEGIN " + b"PRIVATE KEY-----")


def test_the_search_for_faults_leaves_out_only_what_was_looked_at() -> None:
    """Ruff has bandit's rules; every rule that is off, and every line that is let pass, says why beside it."""
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]["lint"]
    assert "S" in rules["select"]
    assert {rule for rule in rules["ignore"] if rule.startswith("S")} == {"S101", "S404", "S603"}
    assert not any(path.startswith(("service", "models", "pipelines")) for path in rules["per-file-ignores"])
    unsaid = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in SOURCES
        for line in path.read_text("utf-8").splitlines()
        if re.search(r"# noqa(?=$|:(?: ?S[0-9]+,?)+$)", line.rstrip())
    ]
    assert unsaid == []
