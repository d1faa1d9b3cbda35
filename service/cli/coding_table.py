"""A coding for reading on a terminal or in a pipe: who said what, what it looks like, and what it adds up to."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from models.records.coding import CodedUtterance, Coding, Conversation, Line
from models.records.speech import UNKNOWN_SPEAKER, Role
from pipelines.outputs.coding_wording import (
    SUGGESTION_NOTICE,
    code_phrase,
    flag_counts,
    flag_phrase,
    off_phrase,
    telling,
)
from pipelines.outputs.wording import one_line, role_name

_ROWS_AT_ONCE = 200
_NARROWEST, _WIDEST = 60, 200
_GAPS = 6
_HINTS = {
    "talk": ('Use --goal "TEXT".',),
    "flags": ('Use --role "NAME=practitioner", or "NAME=supervisor" with --setting supervision.',),
    "unsure_roles": ('Use --role "NAME=ROLE".',),
}
"""Options that put right what the conversation does not allow."""

_STYLES = {"+": "green", "-": "red"}


def print_coding(coding: Coding, conversation: Conversation, console: Console, *, flags_only: bool = False) -> None:
    """Print a row for each utterance (or for those with a flag), then what it adds up to and what it is worth."""
    pairs = list(zip(coding.utterances, conversation.lines, strict=True))
    rows = [(number, one, line) for number, (one, line) in enumerate(pairs, 1) if one.flags or not flags_only]
    widths = _widths(console.width, len(pairs), [_who(line) for _, _, line in rows])
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        table = _table(widths, headed=first == 0)
        for number, one, line in rows[first : first + _ROWS_AT_ONCE]:
            table.add_row(str(number), _who(line), Text(one_line(one.text)), _marks(one))
        console.print(table)
    if not pairs:
        console.print("Nobody says anything in this transcript.")
    elif not rows:
        console.print("No utterance carries a flag.")
    _closing(coding, console)


def _widths(whole: int, count: int, who: list[Text]) -> tuple[int, int, int, int]:
    """Widths of the four columns: number, speaker, text, marks; the text gets most of what there is."""
    room = max(_NARROWEST, min(whole, _WIDEST)) - _GAPS
    number = max(2, len(str(count)))
    longest = max((len(part) for text in who for part in text.plain.split("\n")), default=4)
    speaker = max(8, min(longest, room // 5))
    marks = min(46, max(22, (room - number - speaker) * 2 // 5))
    return number, speaker, room - number - speaker - marks, marks


def _table(widths: tuple[int, int, int, int], *, headed: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=headed, header_style="dim")
    for name, width in zip(("No", "Who", "Said", "Looks like"), widths, strict=True):
        number = name == "No"
        table.add_column(
            name,
            width=width,
            min_width=width if number else None,
            overflow="fold",
            justify="right" if number else "left",
        )
    return table


def _who(line: Line) -> Text:
    """The speaker as the transcript calls them, and the role in plain words where the name does not say it."""
    role = role_name(line.role)
    if line.role is not Role.UNKNOWN and not line.role_sure:
        role = f"{role}, not sure"
    if line.speaker == UNKNOWN_SPEAKER:
        return Text("Not named" if line.role is Role.UNKNOWN else role.capitalize())
    name = one_line(line.speaker)
    if name.casefold() == role.casefold():
        return Text(name)
    return Text.assemble(name, "\n", (role, "dim"))


def _marks(one: CodedUtterance) -> Text:
    """Codes, one a line, then flags."""
    lines = [Text(code_phrase(code), style="" if code.sure else "dim") for code in telling(one.codes)]
    lines += [Text(one_line(flag_phrase(flag)), style=_STYLES.get(flag.direction, "")) for flag in one.flags]
    return Text("\n").join(lines)


def _closing(coding: Coding, console: Console) -> None:
    console.print()
    counts = flag_counts(coding)
    found = [f"{name} {plus} +, {minus} -" for name, plus, minus in counts if plus or minus]
    none = [name for name, plus, minus in counts if not plus and not minus]
    flagged = sum(bool(one.flags) for one in coding.utterances)
    console.print(Text(f"Flags in {flagged} of {len(coding.utterances)} utterances: {'; '.join(found) or 'none'}."))
    if found and none:
        console.print(Text(f"No flag for or against: {', '.join(none)}."))
    for off in coding.off:
        console.print(Text(" ".join(("Off.", one_line(off_phrase(off)), *_HINTS.get(off.name, ())))))
    console.print(Text(SUGGESTION_NOTICE, style="bold"))
