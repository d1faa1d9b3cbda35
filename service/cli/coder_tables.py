"""The coder's measures as tables of at most 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from models.agreement import Share
from pipelines.evaluation.coder.contrasts import ContrastCounts, ContrastsMeasured
from pipelines.evaluation.coder.evaluation import CoderMeasures
from pipelines.evaluation.coder.flags import FlagMeasures, FlagsMeasured
from pipelines.evaluation.coder.heads import HeadMeasures
from pipelines.evaluation.coder.intervals import Estimate
from pipelines.evaluation.coder.mi_codes import MiCodesMeasured
from pipelines.evaluation.coder.mistakes import Mistake

DASH = "–"
_MEANS = {
    "elements": "Elements, + and -",
    "elements+": "Elements, +",
    "elements-": "Elements, -",
    "elements_either": "Elements, either way",
    "dimensions": "Supervision, + and -",
    "dimensions+": "Supervision, +",
    "dimensions-": "Supervision, -",
    "dimensions_either": "Supervision, either way",
}


def print_measures(found: Sequence[CoderMeasures], console: Console, *, quiet: bool = False) -> None:
    """Print what was measured on one set of conversations, with the text as given and, after it, degraded."""
    first = found[0]
    counts = f"{first.lines} lines of {first.conversations} conversations in {first.groups} groups"
    console.print(f"{counts}; 95% intervals by drawing groups.", highlight=False)
    if any(not head.reason for head in first.heads.values()):
        console.print(_heads(found))
    if first.flags.lines:
        console.print(_means(found))
    if quiet:
        return
    for one in found:
        _print_details(one, console)
    for reason in dict.fromkeys(f"{name}: {head.reason}" for name, head in first.heads.items() if head.reason):
        console.print(f"Not judged, {reason}", highlight=False)
    for off in first.off:
        console.print(f"Off, {off.name}: {off.reason}", highlight=False, markup=False)


def _print_details(one: CoderMeasures, console: Console) -> None:
    if any(not head.reason for head in one.heads.values()):
        console.print(_classes(one))
    if not one.mi_codes.reason:
        console.print(_mi_codes(one.mi_codes, one.text))
    if one.flags.lines:
        console.print(_flags(one.flags, one.text))
    missing = {name: head.not_coded for name, head in one.heads.items() if head.not_coded}
    for name, count in missing.items():
        console.print(f"{name}: {count} labelled lines had no answer and are in no figure.", highlight=False)


def print_contrasts(found: ContrastsMeasured, console: Console) -> None:
    """Print the pass rates of the pairs, by kind."""
    table = _table(f"{len(found.outcomes)} pairs")
    for column in ("Kind", "Pairs", "Ranked", "Told apart", "No false flag"):
        table.add_column(column, justify="left" if column == "Kind" else "right")
    for kind, counts in found.kinds.items():
        table.add_row(kind.replace("_", " "), *_contrast_cells(counts))
    table.add_section()
    table.add_row("All", *_contrast_cells(found.total))
    console.print(table)


def print_mistakes(found: Sequence[Mistake], text: str, console: Console) -> None:
    """Print mistakes with the lines around them. This prints speech; it is done only when a person asks for it."""
    for number, one in enumerate(found, 1):
        console.print()
        where = f"{number}. {_plain(one.conversation)}, line {one.lines[one.at].turn} ({text})"
        answer = f"{one.task}: {one.given} ({one.probability:.2f}), labelled {one.expected}"
        console.print(Text(f"{where} · {answer}", style="bold"))
        for at, line in enumerate(one.lines):
            mark = ">" if at == one.at else " "
            console.print(Text(f"  {mark} {line.role.value.replace('_', ' ')}: {_plain(line.text)}"))


def _plain(text: str) -> str:
    """Text without what could steer a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _heads(found: Sequence[CoderMeasures]) -> Table:
    table = _table("Heads. Cov.: codes above their threshold; F1 cov.: macro-F1 among these")
    columns = ("Head", "Lines", "Macro-F1", "Acc.", "Kappa", "ECE", "by class", "Cov.", "F1 cov.")
    for column in columns:
        table.add_column(column, justify="left" if column == "Head" else "right")
    for name in found[0].heads:
        for one in found:
            head = one.heads[name]
            if not head.reason:
                table.add_row(*_head(head, one.text if len(found) > 1 else ""))
    return table


def _head(head: HeadMeasures, text: str) -> tuple[str, ...]:
    rates = head.rates
    return (
        head.name + (f"\n {text}" if text else ""),
        str(head.confusion.total),
        _with_interval(rates["macro_f1"]),
        _number(rates["accuracy"]),
        _number(rates["kappa"]),
        _number(rates["ece"], 3),
        _number(rates["classwise_ece"], 3),
        _number(rates["coverage"]),
        _number(rates["covered_macro_f1"]),
    )


def _classes(one: CoderMeasures) -> Table:
    table = _table(f"Classes, text {one.text}")
    for column in ("Class", "Support", "Precision", "Recall", "F1", "ECE"):
        table.add_column(column, justify="left" if column == "Class" else "right")
    for head in one.heads.values():
        for name, measured in head.classes.items():
            cells = [_number(measured.rates[rate]) for rate in ("precision", "recall")]
            f1, ece = _with_interval(measured.rates["f1"]), _number(measured.rates["ece"], 3)
            table.add_row(f"{head.name}: {name.replace('_', ' ')}", str(measured.counts.support), *cells, f1, ece)
        table.add_section()
    return table


def _mi_codes(found: MiCodesMeasured, text: str) -> Table:
    title = f"MI codes as sets, text {text}; mean F1 {_with_interval(found.mean_f1)}"
    table = _table(title)
    for column in ("Code", "Support", "Precision", "Recall", "F1"):
        table.add_column(column, justify="left" if column == "Code" else "right")
    for code, one in found.codes.items():
        cells = [_number(one.rates[rate]) for rate in ("precision", "recall")]
        table.add_row(code.replace("_", " "), str(one.counts.support), *cells, _with_interval(one.rates["f1"]))
    return table


def _means(found: Sequence[CoderMeasures]) -> Table:
    table = _table("Flags: mean F1 of labels with a support of 5 or more")
    for column in ("Flags", "Text", "Labels", "At the thresholds", "At one half"):
        table.add_column(column, justify="left" if column in ("Flags", "Text") else "right")
    for name, title in _MEANS.items():
        for one in found:
            mean = one.flags.means[name]
            if mean.labels:
                cells = (_with_interval(mean.f1), _with_interval(mean.f1_at_half))
                table.add_row(title, one.text, str(len(mean.labels)), *cells)
    return table


def _flags(found: FlagsMeasured, text: str) -> Table:
    table = _table(f"Flags on {found.lines} lines, text {text}")
    for column in ("Evidence", "Sup.", "Prec.", "Rec.", "F1", "at .5", "AP", "ECE", "Ind."):
        table.add_column(column, justify="left" if column == "Evidence" else "right")
    for flag in found.evidence.values():
        if flag.counts.support + flag.counts.wrong:
            table.add_row(*_flag(flag, f"{_short(flag.name[:-1])} {flag.name[-1]}"))
    table.add_section()
    for flag in found.elements.values():
        if flag.counts.support + flag.counts.wrong:
            table.add_row(*_flag(flag, f"{_short(flag.name)} ±"))
    return table


def _flag(flag: FlagMeasures, name: str) -> tuple[str, ...]:
    rates = flag.rates
    return (
        name,
        str(flag.counts.support),
        _number(rates["precision"]),
        _number(rates["recall"]),
        _with_interval(rates["f1"]),
        _number(rates["f1_at_half"]),
        _number(rates["average_precision"]),
        _number(rates["ece"], 3) if "ece" in rates else DASH,
        _number(rates["indicator_accuracy"]),
    )


def _short(name: str) -> str:
    short = name.replace("clarity_about_concerns", "clarity").replace("collaboration_autonomy", "collab. autonomy")
    return short.replace("sup_", "sup. ").replace("_", " ")


def _contrast_cells(counts: ContrastCounts) -> tuple[str, ...]:
    return (
        str(counts.separated.whole),
        _share(counts.ranked),
        _share(counts.separated),
        _share(counts.no_false_flag),
    )


def _share(share: Share) -> str:
    return DASH if share.rate is None else f"{share.part} ({share.rate:.0%})"


def _number(rate: Estimate, places: int = 2) -> str:
    return DASH if rate.value is None else _short_number(rate.value, places)


def _with_interval(rate: Estimate) -> str:
    if rate.value is None:
        return DASH
    if rate.low is None or rate.high is None:
        return _short_number(rate.value, 2)
    return f"{_short_number(rate.value, 2)} {_short_number(rate.low, 2)}-{_short_number(rate.high, 2)}"


def _short_number(value: float, places: int) -> str:
    """A rate without the nought before the point."""
    return f"{value:.{places}f}".replace("0.", ".", 1)


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
