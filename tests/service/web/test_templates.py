"""Every template is given what it names, and nothing that it does not name: read off the code, branch by branch."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from jinja2 import UndefinedError, meta, nodes

from service.web.admin.filters import add_filters
from service.web.rendering import THEIRS, Council, environment

PACKAGE = Path(__file__).resolve().parents[3] / "service"
TEMPLATES = Path(PACKAGE) / "web" / "templates"
FRAME = {"request_path", "council", "who", "roles", "shown_name", "csrf", "notice"}
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))


class Rendered(NamedTuple):
    """A place in the code that renders a template. ``more``: it is given other names too, which cannot be read off."""

    where: str
    method: str
    template: str
    given: frozenset[str]
    more: bool


def renderings() -> Iterator[Rendered]:
    """Every call of a ``page`` or ``part`` with a template's name; a part's own ``page`` adds its folder."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            named = [text for text in texts if text.endswith(".html")]
            if node.func.attr in ("page", "part") and named:
                given = {one.arg for one in node.keywords if one.arg not in (None, "status")}
                whole = named[0] in NAMES
                more = not whole or any(one.arg is None for one in node.keywords)
                where = f"{path.relative_to(PACKAGE)}:{node.lineno}"
                template = named[0] if whole else f"{path.parent.name}/{named[0]}"
                yield Rendered(where, node.func.attr, template, frozenset(filter(None, given)), more)


def named_in(template: str) -> set[str]:
    """The names that a template needs to be given, with those of the templates that it extends and includes."""
    asked: set[str] = set()
    made = {"caller"}
    waiting = [template]
    while waiting:
        source, _, _ = environment().loader.get_source(environment(), waiting.pop())  # type: ignore[union-attr]
        read = environment().parse(source)
        asked |= meta.find_undeclared_variables(read)
        made |= own_names(read)
        for node in read.find_all((nodes.Extends, nodes.Include)):
            assert isinstance(node, (nodes.Extends, nodes.Include))
            assert isinstance(node.template, nodes.Const), f"{template} extends or includes something without a name"
            waiting.append(node.template.value)
    return asked - made - set(environment().globals)


def own_names(read: nodes.Template) -> set[str]:
    """What a template makes itself, which Jinja reads block by block: macros, imports, and what it sets."""
    made: set[str] = set()
    for node in read.find_all((nodes.FromImport, nodes.Import, nodes.Macro, nodes.Assign, nodes.AssignBlock)):
        if isinstance(node, nodes.FromImport):
            made |= {one if isinstance(one, str) else one[1] for one in node.names}
        elif isinstance(node, nodes.Import):
            made.add(node.target)
        elif isinstance(node, nodes.Macro):
            made.add(node.name)
        elif isinstance(node, (nodes.Assign, nodes.AssignBlock)) and isinstance(node.target, nodes.Name):
            made.add(node.target.name)
    return made


add_filters(environment())
RENDERED = list(renderings())


@pytest.mark.parametrize("one", RENDERED, ids=lambda one: f"{one.where}-{one.template}")
def test_a_template_is_given_what_it_names(one: Rendered) -> None:
    frame = FRAME if one.method == "page" else {"council"}
    named = named_in(one.template)
    if not one.more:
        assert named - frame - one.given == set(), "names that it is not given"
    assert one.given - named == set(), "names that it is given for nothing"


def test_every_template_is_rendered_somewhere() -> None:
    waiting = [
        name
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for name in (node.value, f"{path.parent.name}/{node.value}")
        if name in NAMES
    ]
    reached: set[str] = set()
    while waiting:
        reached.add(name := waiting.pop())
        source, _, _ = environment().loader.get_source(environment(), name)  # type: ignore[union-attr]
        referred = meta.find_referenced_templates(environment().parse(source))
        waiting += [one for one in referred if one and not one.startswith(THEIRS) and one not in reached]
    assert set(NAMES) - reached == set()


def test_a_name_that_was_not_given_is_an_error_in_our_templates() -> None:
    frame = dict.fromkeys(FRAME - {"notice"}) | {"request_path": "/", "roles": [], "council": Council()}
    with pytest.raises(UndefinedError, match="notice"):
        environment().get_template("layout.html").render(frame)


def test_gov_uk_frontends_macros_leave_out_what_they_are_not_given() -> None:
    imported = f"{{% from '{THEIRS}/components/button/macro.html' import govukButton %}}"
    button = environment().from_string(imported + "{{ govukButton({'text': words}) }}").render(words="<b>")
    assert ("<button" in button, "&lt;b&gt;" in button) == (True, True)
