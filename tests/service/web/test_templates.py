"""Every template is given what it names, and nothing that it does not name: read off the code, branch by branch."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from jinja2 import UndefinedError, meta, nodes

from service.web.rendering import THEIRS, Council, environment

PACKAGE = Path(__file__).resolve().parents[3] / "service"
TEMPLATES = Path(PACKAGE) / "web" / "templates"
FRAME = {"request_path", "council", "who", "roles", "shown_name", "csrf", "notice"}
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))


class Rendered(NamedTuple):
    """A place in the code that renders a template. ``more``: it gives names that cannot be read off."""

    where: str
    method: str
    template: str
    given: frozenset[str]
    more: bool


def renderings() -> Iterator[Rendered]:
    """Every call of `Pages.page` and `Pages.part` with a template's name."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            named = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            named = [one for one in named if one.endswith(".html")]
            if node.func.attr in ("page", "part") and named:
                given = frozenset(one.arg for one in node.keywords if one.arg not in (None, "status"))
                more = any(one.arg is None for one in node.keywords)
                where = f"{path.relative_to(PACKAGE)}:{node.lineno}"
                yield Rendered(where, node.func.attr, named[0], frozenset(filter(None, given)), more)


RENDERED = list(renderings())


def named_in(template: str) -> set[str]:
    """The names that a template needs to be given, with those of the templates that it extends and includes."""
    source, _, _ = environment().loader.get_source(environment(), template)  # type: ignore[union-attr]
    read = environment().parse(source)
    found = meta.find_undeclared_variables(read) - set(environment().globals) - own_names(read)
    for node in read.find_all((nodes.Extends, nodes.Include)):
        assert isinstance(node, (nodes.Extends, nodes.Include))
        assert isinstance(node.template, nodes.Const), f"{template} extends or includes something that is not named"
        found |= named_in(node.template.value)
    return found


def own_names(read: nodes.Template) -> set[str]:
    """What a template makes itself before its blocks, which Jinja reads one by one: macros, imports, what it sets."""
    made = {"caller"}
    for node in read.body:
        if isinstance(node, nodes.FromImport):
            made |= {one if isinstance(one, str) else one[1] for one in node.names}
        elif isinstance(node, nodes.Macro):
            made.add(node.name)
        elif isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
            made.add(node.target.name)
    return made


@pytest.mark.parametrize("one", RENDERED, ids=lambda one: f"{one.where}-{one.template}")
def test_a_template_is_given_what_it_names(one: Rendered) -> None:
    frame = FRAME if one.method == "page" else {"council"}
    named = named_in(one.template)
    if not one.more:
        assert named - frame - one.given == set(), "names that it is not given"
    assert one.given - named == set(), "names that it is given for nothing"


def test_every_template_is_rendered_somewhere() -> None:
    reached = {one.template for one in RENDERED}
    waiting = list(reached)
    while waiting:
        source, _, _ = environment().loader.get_source(environment(), waiting.pop())  # type: ignore[union-attr]
        for name in meta.find_referenced_templates(environment().parse(source)):
            if name and not name.startswith(THEIRS) and name not in reached:
                reached.add(name)
                waiting.append(name)
    assert set(NAMES) - reached == set()


def test_a_name_that_was_not_given_is_an_error_in_our_templates() -> None:
    frame = dict.fromkeys(FRAME - {"notice"}) | {"request_path": "/", "roles": [], "council": Council()}
    with pytest.raises(UndefinedError, match="notice"):
        environment().get_template("layout.html").render(frame)


def test_gov_uk_frontends_macros_leave_out_what_they_are_not_given() -> None:
    imported = f"{{% from '{THEIRS}/components/button/macro.html' import govukButton %}}"
    button = environment().from_string(imported + "{{ govukButton({'text': words}) }}").render(words="<b>")
    assert ("<button" in button, "&lt;b&gt;" in button) == (True, True)
