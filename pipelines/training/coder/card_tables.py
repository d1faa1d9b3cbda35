"""The tables of the model card, as Markdown, from the metrics that training wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from models.coder.labels import DIMENSIONS, ELEMENTS, EVIDENCE, HEAD, NONE

Plain = Mapping[str, Any]

DASH = "–"
LEAST_SUPPORT = 5
WRITTEN_AS, BARE = "as written", "bare"
ON_ANNOMI = ("behaviour", "talk", "question", "reflection", "input")
TITLES = {
    "behaviour": "main therapist behaviour",
    "question": "question none, open, closed",
    "reflection": "reflection none, simple, complex",
    "input": "input none and four kinds",
    "talk": "client talk",
    "mi_code": "main code of twelve",
}
BEFORE = {
    "behaviour": ("0.731", "0.719", "0.796"),
    "talk": ("0.491", "0.489", "0.645"),
    "question": ("0.736", "0.722", "0.767"),
    "reflection": ("0.538", "0.514", "0.578"),
    "input": ("0.364", "0.310", "0.442"),
}
"""Macro-F1 of TF-IDF and of MiniLM, each with logistic regression, and of one annotator against another.

Measured by this project beforehand on all 133 transcripts, five folds grouped by transcript; people against people on
the seven that ten of them coded.
"""
SOURCES = {
    "annomi": "AnnoMI's transcripts that were given, coded by one to ten people",
    "dialogues": "invented dialogues in AnnoMI's scheme (only ever learned from)",
    "devset": "development set: invented sessions and single utterances",
    "written": "written for the coder: invented sessions and single utterances",
}
MEANS = {
    "elements": "seven elements, + and -",
    "elements+": "seven elements, +",
    "elements-": "seven elements, -",
    "elements_either": "seven elements, whatever the direction",
    "dimensions": "supervision dimensions, + and -",
    "dimensions_either": "supervision dimensions, whatever the direction",
}
INVENTED = ("development sessions", "written sessions", "all sessions", "single utterances")


def card_tables(metrics: Plain) -> dict[str, str]:
    """Every table by its name; a table whose figures the metrics lack says so instead."""
    tables: dict[str, Callable[[Plain], list[str]]] = {
        "material": _material,
        "run": _run,
        "tasks": _tasks,
        "classes": _classes,
        "bare": _bare,
        "parts": _parts,
        "flag means": _flag_means,
        "element flags": lambda held: _flags(held, ELEMENTS),
        "dimension flags": lambda held: _flags(held, DIMENSIONS),
        "sessions": _sessions,
        "talk": _talk,
        "acts": _acts,
        "off": _off,
    }
    return {name: "\n".join(build(metrics) or ["Not measured."]) for name, build in tables.items()}


def result_of(metrics: Plain, data: str, text: str = WRITTEN_AS) -> Plain | None:
    """The measures of one kind of data with one variant of its text, None where they are not held."""
    return next((one for one in metrics["results"] if (one["data"], one["text"]) == (data, text)), None)


def head_of(result: Plain | None, name: str) -> Plain | None:
    """One head's measures, None where nothing was judged."""
    head = None if result is None else result["heads"].get(name)
    return head if head and "macro_f1" in head else None


def number(rate: Plain | None, digits: int = 2) -> str:
    """A rate, or a dash."""
    value = None if rate is None else rate.get("value")
    return DASH if value is None else f"{value:.{digits}f}"


def with_interval(rate: Plain | None, digits: int = 2) -> str:
    """A rate with its 95% interval where it has one."""
    plain = number(rate, digits)
    if rate is None or rate.get("value") is None or rate.get("low") is None:
        return plain
    return f"{plain} ({rate['low']:.{digits}f} to {rate['high']:.{digits}f})"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]], rest: str = "---:") -> list[str]:
    """Lines of a Markdown table, the first column to the left, the rest as said; none without rows."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return [f"| {' | '.join(columns)} |", "|---" + f"|{rest}" * (len(columns) - 1) + "|", *lines] if lines else []


def _material(metrics: Plain) -> list[str]:
    held = metrics["material"]
    rows = [
        (SOURCES.get(source, source), f"{count:,}", f"{held['conversations'].get(source, 0):,}")
        for source, count in held["lines"].items()
    ]
    return _table(("Source", "Lines", "Whole conversations"), rows)


def _run(metrics: Plain) -> list[str]:
    drawn = metrics["intervals"]
    rows = [
        ("folds, seed", f"{metrics['folds']}, {metrics['seed']}"),
        ("intervals", f"{drawn['level']:.0%}; {drawn['draws']:,} draws of {drawn['drawn']}; seed {drawn['seed']}"),
        ("a code or flag is on from", f"precision {metrics['precision']:.2f} at recall {metrics['useful_recall']:.2f}"),
        *_facts("network", metrics["network"]),
        *_facts("linear part", metrics["linear"]),
    ]
    return _table(("What", "Value"), rows, "---")


def _facts(part: str, facts: Plain) -> Iterator[tuple[str, str]]:
    for name, value in facts.items():
        held = ", ".join(f"{key} {inner}" for key, inner in value.items()) if isinstance(value, Mapping) else value
        yield f"{part}: {name.replace('_', ' ')}", str(held).replace("|", "/")


def _tasks(metrics: Plain) -> list[str]:
    rows = []
    for name in ON_ANNOMI:
        head = head_of(result_of(metrics, "annomi"), name)
        if head:
            measured = [with_interval(head["macro_f1"], 3), number(head["kappa"], 3), number(head["ece"], 3)]
            sure = [number(head["coverage"]), number(head["covered_macro_f1"])]
            rows.append((TITLES[name], f"{head['lines']:,}", *measured, *sure, *BEFORE[name]))
    columns = ("Task", "Lines", "Macro-F1 (95% interval)", "Kappa", "ECE", "Sure", "F1 where sure")
    return _table((*columns, "TF-IDF", "MiniLM", "One person against another"), rows)


def _classes(metrics: Plain) -> list[str]:
    return _class_table(metrics, result_of(metrics, "annomi"), ON_ANNOMI)


def _acts(metrics: Plain) -> list[str]:
    return _class_table(metrics, result_of(metrics, "all sessions"), ("mi_code",))


def _class_table(metrics: Plain, result: Plain | None, heads: Sequence[str]) -> list[str]:
    rows = []
    for name in heads:
        head = head_of(result, name)
        for label, one in head["classes"].items() if head else ():
            measured = [number(one[rate]) for rate in ("precision", "recall")]
            f1, ece = with_interval(one["f1"]), number(one["ece"], 3)
            shown = f"{name.replace('_', ' ')}: {label.replace('_', ' ')}"
            rows.append((shown, f"{one['support']:,}", *measured, f1, ece, _code_threshold(metrics, name, label)))
    return _table(("Class", "Support", "Precision", "Recall", "F1 (95% interval)", "ECE", "Sure from"), rows)


def _code_threshold(metrics: Plain, head: str, label: str) -> str:
    """From which probability a class's code counts as sure; "off"; a dash where the class is no code of this head."""
    code = HEAD[head].codes[HEAD[head].classes.index(label)]
    return DASH if code == NONE else _threshold(metrics, "codes", code)


def _threshold(metrics: Plain, kind: str, name: str) -> str:
    if "decisions" not in metrics:
        return DASH
    value = metrics["decisions"][kind].get(name)
    return "off" if value is None else f"{value:.2f}"


def _bare(metrics: Plain) -> list[str]:
    rows = []
    for data, names in (("annomi", ON_ANNOMI), ("all sessions", ("mi_code", "talk"))):
        for name in names:
            whole, bare = (head_of(result_of(metrics, data, text), name) for text in (WRITTEN_AS, BARE))
            if whole and bare:
                figures = (number(whole["macro_f1"], 3), with_interval(bare["macro_f1"], 3))
                apart = _difference(bare["macro_f1"], whole["macro_f1"])
                where = "" if data == "annomi" else ", invented sessions"
                rows.append((TITLES[name] + where, *figures, apart, number(bare["kappa"], 3), number(bare["ece"], 3)))
    return _table(("Task", "As written", "Without punctuation and case", "Difference", "Kappa", "ECE"), rows)


def _difference(one: Plain, other: Plain) -> str:
    known = one.get("value") is not None and other.get("value") is not None
    return f"{one['value'] - other['value']:+.3f}" if known else DASH


def _parts(metrics: Plain) -> list[str]:
    rows = []
    for result in metrics["results"]:
        if result["data"].startswith("annomi, ") and result["text"] == WRITTEN_AS:
            cells = [_f1_with_lines(head_of(result, name)) for name in ON_ANNOMI]
            rows.append((result["data"].removeprefix("annomi, "), f"{result['conversations']}", *cells))
    return _table(("Part", "Transcripts", *(TITLES[name] for name in ON_ANNOMI)), rows)


def _f1_with_lines(head: Plain | None) -> str:
    return DASH if head is None else with_interval(head["macro_f1"])


def _flag_means(metrics: Plain) -> list[str]:
    rows = []
    for name, title in MEANS.items():
        for data in INVENTED:
            whole, bare = (result_of(metrics, data, text) for text in (WRITTEN_AS, BARE))
            mean = None if whole is None else whole["flags"]["means"].get(name)
            if mean and mean["labels"]:
                stripped = None if bare is None else bare["flags"]["means"][name]["f1"]
                rows.append((title, data, str(len(mean["labels"])), with_interval(mean["f1"]), with_interval(stripped)))
    return _table(("Flags", "Data", "Labels", "Mean F1 (95% interval)", "Without punctuation and case"), rows)


def _flags(metrics: Plain, members: Sequence[str]) -> list[str]:
    result = result_of(metrics, "all sessions")
    held = {} if result is None else result["flags"]["evidence"]
    rows = []
    for name in (name for name in EVIDENCE if name[:-1] in members and name in held):
        one = held[name]
        measured = [number(one[rate]) for rate in ("precision", "recall")]
        ranked = [with_interval(one["f1"]), number(one["average_precision"]), number(one["ece"], 3)]
        shown = f"{name[:-1].removeprefix('sup_').replace('_', ' ')} {name[-1]}"
        few = "" if one["support"] >= LEAST_SUPPORT else " (too few)"
        rows.append((shown, f"{one['support']}{few}", *measured, *ranked, _threshold(metrics, "flags", name)))
    columns = ("Evidence", "Support", "Precision", "Recall", "F1 (95% interval)")
    return _table((*columns, "Average precision", "ECE", "Flagged from"), rows)


def _sessions(metrics: Plain) -> list[str]:
    rows = []
    for name in TITLES:
        head = head_of(result_of(metrics, "all sessions"), name)
        if head:
            cells = [with_interval(head["macro_f1"]), number(head["kappa"]), number(head["ece"], 3)]
            rows.append((TITLES[name], f"{head['lines']:,}", *cells))
    return _table(("Task", "Lines", "Macro-F1 (95% interval)", "Kappa", "ECE"), rows)


def _talk(metrics: Plain) -> list[str]:
    rows = []
    for data in ("annomi", *INVENTED):
        head = head_of(result_of(metrics, data), "talk")
        if head:
            by_class = [f"{number(one['f1'])} of {one['support']:,}" for one in head["classes"].values()]
            rows.append((data.replace("annomi", "AnnoMI"), with_interval(head["macro_f1"]), *by_class))
    return _table(("Data", "Macro-F1 (95% interval)", "Change: F1 of lines", "Sustain", "Neutral"), rows)


def _off(metrics: Plain) -> list[str]:
    if "decisions" not in metrics:
        return []
    rows = [(name.replace("_", " "), reason) for name, reason in metrics["decisions"]["off"].items()]
    if not rows:
        return ["Nothing: every code and every flag reached the precision asked for."]
    return _table(("Off", "Why"), rows, "---")
