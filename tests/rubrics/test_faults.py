"""Every fault of a rubric is one line that names file, line and place, and says what to do."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from models.errors import BadInputError
from pipelines.rubric_reading.yaml_lines import MOST_VALUES
from pipelines.rubrics import MOST_BYTES, read_rubric, rubric_from

GOOD = (Path(__file__).resolve().parents[2] / "rubric_prompts" / "msw.v1.yaml").read_text("utf-8")
LINES = GOOD.split("\n")


def faults(text: str | bytes) -> list[str]:
    """The faults of a rubric in the file ours.yaml, one a line."""
    with pytest.raises(BadInputError) as refused:
        rubric_from(text if isinstance(text, bytes) else text.encode(), "ours.yaml")
    return str(refused.value).split("\n")


def line_of(start: str, nth: int = 1) -> int:
    """The line, counted from 1, on which a text begins for the nth time."""
    return [number for number, line in enumerate(LINES, 1) if line.strip().startswith(start)][nth - 1]


def changed(old: str, new: str, times: int = 1) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, times)


def test_anchors_that_are_not_five() -> None:
    """Four of them, at the line of the anchors."""
    start = GOOD.index("      2: A few shallow attempts")
    broken = GOOD[:start] + GOOD[GOOD.index("\n", start) + 1 :]
    where = f"ours.yaml, line {line_of('anchors:')}, elements[0].anchors"
    assert faults(broken) == [f"{where}: needs five anchors, 1 to 5; it has four."]


def test_a_key_that_is_not_known_and_the_one_that_was_meant() -> None:
    """Both the missing key and the misspelt one are named."""
    line = line_of("anchors:")
    found = faults(changed("    anchors:", "    anchorz:"))
    assert found[0] == f"ours.yaml, line {line_of('- id: empathy')}, elements[0]: needs anchors. Add it here."
    expected = f"ours.yaml, line {line}, elements[0].anchorz: this key is not known. Did you mean anchors?"
    assert found[1:] == [expected]


def test_a_key_that_stands_twice() -> None:
    """YAML would silently take the last one."""
    line = line_of("name: Empathy")
    where = f"ours.yaml, line {line + 1}, elements[0].name"
    found = faults(changed("    name: Empathy\n", "    name: Empathy\n    name: Other\n"))
    assert found == [f"{where}: this key stands on line {line} already. Keep one of the two."]


def test_a_number_key_and_its_quoted_twin_are_the_same_key() -> None:
    """1 and "1" would both be the first anchor."""
    found = faults(changed("      2: A few shallow", '      "1": A few shallow'))
    assert "stands on line" in found[1]


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("id: EM+2", "id: EM+1", "- id: EM+2", "the indicator EM+1 exists already."),
        ("id: EM+2", "id: EM-2", "- id: EM+2", "must be letters, digits or _, then + and a number"),
        ("- id: autonomy", "- id: empathy", "- id: autonomy", "the element empathy exists already."),
        ("[empathy, coll", "[empaty, coll", "elements: [empathy", "there is no element empaty."),
        ("autonomy]", "evocation]", "elements: [evocation]", "evocation is in the factor relationship_building"),
        ("[purposefulness, ", "[", "- id: purposefulness", "purposefulness is in no factor."),
        ("version: 1\nname", "version: 1.5\nname", "version: 1", "must be a whole number from 1 on."),
        ("version: 1\nname", "version: yes\nname", "version: 1", "must be a whole number from 1 on."),
        ("start_at: 3", "start_at: 4", "start_at", "must be 3"),
        ("setting: direct_practice", "setting: visit", "setting:", "must be direct_practice or supervision."),
        ("scored_role: practitioner", "scored_role: supervisor", "scored_role", "must be practitioner where setting"),
        ("warning_under_minutes: 10", "warning_under_minutes: 1", "length_guard", "must not be less than"),
        ("listen_before: [1, 4, 5]", "listen_before: [1, 1]", "listen_before", "must be a list of different scores"),
        ("needs_change_goal: true", "needs_change_goal: yes", "needs_change_goal", "must be true or false."),
        ("min_elements: 1", "min_elements: 2", "min_elements: 1", "must not be more than the factor has elements."),
        ("measures: [count_emph", "measures: [counted_emph", "measures: [count_emph", "is not explained."),
    ],
)
def test_a_value_that_cannot_be(old: str, new: str, at: str, says: str) -> None:
    """Told at its own line."""
    found = faults(changed(old, new))
    assert any(one.startswith(f"ours.yaml, line {line_of(at)},") and says in one for one in found), found


def test_an_element_that_is_empty() -> None:
    """A list item without keys says which keys it needs."""
    found = faults(changed("elements:\n  - id: empathy\n", "elements:\n  - \n  - id: empathy\n"))
    assert found == [f"ours.yaml, line {line_of('- id: empathy')}, elements[0]: must hold keys."]


def test_ten_faults_are_listed_and_the_others_counted() -> None:
    """Sorted by line."""
    found = faults("\n".join(f"key{number}: 1" for number in range(30)))
    assert len(found) == 11
    assert found[-1] == "There are 21 more. Put these right first."
    lines = [int(one.split(", line ")[1].split(":")[0].split(",")[0]) for one in found[:-1]]
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("- a\n- b\n", 1, "must hold keys"),
        ("just words\n", 1, "must hold keys"),
        ("", 1, "is empty"),
        ("a: 1\n\tb: 2\n", 2, "a tab indents the line. Indent with spaces."),
        ("a: 'open\n\n", 3, "this is not YAML"),
        ("a: b: c\n", 1, "put text that holds a colon"),
        ("a:\n  b: &x [1]\nc: *x\n", 2, "an anchor (&name) cannot be used"),
        ("a:\n  b: *x\n", 2, "an alias (*name) cannot be used"),
        ("a: 1\nb: !!python/object/apply:os.getcwd []\n", 2, "a tag (!name) cannot be used"),
        ("a: 1\n---\nb: 2\n", 2, "a second document (---) cannot be used"),
        ("? [a]\n: b\n", 1, "a key must be a single word or number"),
        ("a: \x00", 1, "a character cannot be read"),
        (b"a: 1\nb: \xff\n", 2, "is not text in UTF-8"),
        ("a: é\n".encode("utf-16"), 1, "is not text in UTF-8"),
        ("a: " + "[" * 100_000, 1, "nested more than 12 deep"),
        ("a:\n" + "- 1\n" * MOST_VALUES * 2, MOST_VALUES, "more than 10,000 values"),
    ],
    ids=range(16),
)
def test_a_file_that_is_no_plain_yaml(text: str | bytes, line: int, says: str) -> None:
    """One sentence with the line."""
    (only,) = faults(text)
    assert re.match(rf"ours\.yaml, line {line}[:,]", only)
    assert says in only


def test_a_bomb_of_aliases_is_refused_before_it_grows() -> None:
    """A billion laughs: refused at its first anchor."""
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    started = time.monotonic()
    assert "an anchor" in faults(bomb)[0]
    assert time.monotonic() - started < 1


def test_a_file_over_one_megabyte_is_not_read() -> None:
    """However good its beginning."""
    (only,) = faults(GOOD + "#" * MOST_BYTES)
    assert only == "ours.yaml is larger than 1 MB, far more than any rubric. Check that it is the right file."


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """Also a folder in its place."""
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(BadInputError, match="cannot be opened"):
            read_rubric(path)


def test_what_stands_in_the_file_is_not_repeated() -> None:
    """Neither values, nor keys that are no plain names."""
    told = "\n".join(faults(changed("status: draft_unvalidated", "status: Ms Example of 1 High Street\nMs Example: 1")))
    assert "Example" not in told
    assert "…: this key is not known." in told


def test_words_that_yaml_would_turn_into_something_else_stay_words() -> None:
    """``no``, a time of day and a date are text; so is an id that looks like a number with an exponent."""
    text = changed("[a warm tone, sympathy,", "[no, 10:30, 2024-05-01, 1e3,")
    assert rubric_from(text.encode(), "ours.yaml").elements[0].not_to_confuse[:4] == (
        "no",
        "10:30",
        "2024-05-01",
        "1e3",
    )


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault() -> None:
    """As editors on Windows write them."""
    windows = "\ufeff" + GOOD.replace("\n", "\r\n")
    assert rubric_from(windows.encode(), "a").elements == rubric_from(GOOD.encode(), "a").elements


def test_a_council_may_have_elements_of_its_own() -> None:
    """Another id, name and factor: no code has to change."""
    own = GOOD.replace("empathy, collaboration", "welcome, collaboration").replace("- id: empathy", "- id: welcome")
    rubric = rubric_from(own.encode(), "ours.yaml")
    assert rubric.element("welcome").factor == "relationship_building"
