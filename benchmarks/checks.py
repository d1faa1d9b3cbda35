"""Does the please-check list hold the negations that were flipped and the risk words that were lost?

``python -m benchmarks.checks SCRIPT... [--snr 26] [--budget 0.195] [--early 0.1] [--keep FOLDER]`` speaks each session
script with flite in a room with noise, some turns beginning before the last has ended, reads it with the embedded
recogniser over the true turns, and prints for each: word errors, how many changes of meaning there were, how many of
them the list asks a person to hear, and the share of the recording it asks for. With ``--keep`` what was read is kept
in a folder and not read again. Weights and limits in ``pipelines/stages`` (check, findings, meaning, odds,
sound_alike) were chosen on risk_sentences.json and on sessions 01 to 12 of the development set
(docs/decisions/0007-check-list.md). Report on unheard_sessions. The last lines give the share that is heard in fact,
with a second on either side of each passage, and a 95% interval for what the list holds.
Synthetic voices: good for comparing, no promise about people.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import wave
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from pathlib import Path
from random import Random
from zlib import crc32

import numpy as np
from pydantic import TypeAdapter

from benchmarks.made_recordings import decoded
from models.adapters.moonshine_transcriber import MoonshineTranscriber
from models.agreement import pooled
from models.records.audio import Audio
from models.records.span import Span, total_ms, union
from models.records.speech import Check, Speech, Turn, Turns, Words
from pipelines.demo.room import Room
from pipelines.demo.synthesis import read_script, speak_session
from pipelines.demo.timeline import Overlaps
from pipelines.evaluation.annotation import Annotation, Said
from pipelines.evaluation.speech import FileMeasures, measure
from pipelines.stages.attribute import attribute
from pipelines.stages.check import BUDGET, check_list
from pipelines.stages.transcribe import stretches

SHOWN = ("wer", "check_recall_negations", "check_recall_risk_words", "check_recall_important", "check_share_of_audio")
LEAD_MS = 1_000
"""The report and the service play this much on either side of a passage."""

BRIDGE_MS = 300
EARLY_MS = (200, 800)
"""A turn that begins early begins this much before the last one has ended."""


def spoken(script: Path, folder: Path, snr_db: float, early: float) -> tuple[Annotation, Audio]:
    """The script as speech in a noisy room, with its reference; the same script always sounds the same."""
    seed = crc32(script.stem.encode())
    overlaps = _overlaps(script, early, seed)
    reference = speak_session(script, folder, noise=Room(snr_db=snr_db), overlaps=overlaps, seed=seed, name="spoken")
    with wave.open(str(folder / "spoken.wav"), "rb") as opened:
        samples = opened.readframes(opened.getnframes())
    sound = np.frombuffer(samples, "<i2").astype(np.float64) / 32767
    return reference, decoded(folder / "spoken.pcm", sound)


def _overlaps(script: Path, early: float, seed: int) -> Overlaps:
    """A share of the turns begins before the last one, by somebody else, has ended."""
    random = Random(seed)
    changes = [b.turn for a, b in pairwise(read_script(script)) if a.speaker != b.speaker]
    return Overlaps(early={turn: random.randint(*EARLY_MS) for turn in changes if random.random() < early})


def read(script: Path, snr_db: float, early: float, keep: Path | None) -> tuple[Annotation, Words]:
    """The reference of a spoken script and what the recogniser reads in it; taken from ``keep`` where it is there."""
    references, readings = TypeAdapter(Annotation), TypeAdapter(Words)
    stem = f"{script.stem}-{snr_db:g}-{early:g}"
    if keep and (keep / f"{stem}.words.json").exists():
        reference = references.validate_json((keep / f"{stem}.reference.json").read_bytes())
        return reference, readings.validate_json((keep / f"{stem}.words.json").read_bytes())
    with tempfile.TemporaryDirectory() as folder:
        reference, audio = spoken(script, Path(folder), snr_db, early)
        turns, speech = true_turns(reference)
        transcriber = MoonshineTranscriber()
        words = transcriber.transcribe(audio, stretches(speech, turns, transcriber.longest_ms))
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / f"{stem}.reference.json").write_bytes(references.dump_json(reference))
        (keep / f"{stem}.words.json").write_bytes(readings.dump_json(words))
    return reference, words


def heard(reference: Annotation, words: Words, budget: float) -> Annotation:
    """What the chain makes of the words, given the true turns."""
    turns, speech = true_turns(reference)
    utterances = attribute(words, turns, speech)
    said = tuple(
        Said(start_ms=u.start_ms, end_ms=u.end_ms, id=u.id, speaker=u.speaker, text=u.text, words=u.words)
        for u in utterances
    )
    checks: tuple[Check, ...] = check_list(words, utterances, turns, speech, reference.duration_ms or 0, budget)
    return Annotation(said=said, checks=checks, duration_ms=reference.duration_ms)


def true_turns(reference: Annotation) -> tuple[Turns, Speech]:
    """The reference's turns as a faultless diarizer would hand them over; the later of two voices at once has it."""
    exact = sorted((t.start_ms, t.end_ms, t.speaker) for t in reference.turns or ())
    turns = tuple(Turn(start_ms=start, end_ms=end, speaker=speaker) for start, end, speaker in exact)
    starts = [*(turn.start_ms for turn in turns[1:]), sys.maxsize]
    exclusive = tuple(
        Turn(start_ms=turn.start_ms, end_ms=min(turn.end_ms, after), speaker=turn.speaker)
        for turn, after in zip(turns, starts, strict=True)
        if after > turn.start_ms
    )
    return Turns(turns=turns, exclusive=exclusive), Speech(spans=union(exact_spans(turns), bridge_ms=BRIDGE_MS))


def exact_spans(turns: Sequence[Turn]) -> list[Span]:
    """The turns' times alone."""
    return [Span(start_ms=turn.start_ms, end_ms=turn.end_ms) for turn in turns]


def row(name: str, result: FileMeasures) -> str:
    """One line of the table: each measure as counts and rate."""
    cells = []
    for measured in SHOWN:
        value = result.measures.get(measured)
        part = getattr(value, "part", getattr(value, "errors", 0))
        whole = getattr(value, "whole", getattr(value, "length", 0))
        cells.append(f"{part}/{whole} {part / whole:.3f}" if whole else "none")
    return " | ".join([name, *cells])


def played_ms(listed: Annotation) -> int:
    """How long a person listens who plays every passage with what comes before and after it."""
    end = listed.duration_ms or 0
    return total_ms(
        union(
            Span(start_ms=max(0, check.start_ms - LEAD_MS), end_ms=min(end, check.end_ms + LEAD_MS))
            for check in listed.checks or ()
        )
    )


def interval(part: int, whole: int) -> tuple[float, float]:
    """Wilson's 95% interval of a share; (0, 1) of nothing."""
    if not whole:
        return 0.0, 1.0
    z = 1.96
    middle, half = part + z * z / 2, z * sqrt(part * (whole - part) / whole + z * z / 4)
    return (middle - half) / (whole + z * z), (middle + half) / (whole + z * z)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a row for each script and noise, and a pooled row for each budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scripts", type=Path, nargs="+")
    parser.add_argument("--snr", type=float, nargs="+", default=[26.0])
    parser.add_argument("--budget", type=float, nargs="+", default=[BUDGET])
    parser.add_argument("--early", type=float, default=0.1, help="share of turns that begin before the last has ended")
    parser.add_argument("--keep", type=Path, help="folder for what was read")
    options = parser.parse_args(arguments)
    results: dict[float, list[FileMeasures]] = {budget: [] for budget in options.budget}
    played: dict[float, Counter[str]] = {budget: Counter() for budget in options.budget}
    print(" | ".join(["script, dB, budget", *SHOWN]))
    for script, snr_db in ((s, n) for s in options.scripts for n in options.snr):
        reference, words = read(script, snr_db, options.early, options.keep)
        for budget in options.budget:
            listed = heard(reference, words, budget)
            measured = measure(script.stem, reference, listed)
            results[budget].append(measured)
            played[budget] += Counter(heard=played_ms(listed), whole=listed.duration_ms or 0)
            print(row(f"{script.stem}, {snr_db:g}, {budget}", measured), flush=True)
    for budget, found in results.items():
        totals = {name: pooled(result.measures.get(name) for result in found) for name in SHOWN}
        print(row(f"pooled, {budget}", FileMeasures(name="pooled", measures=totals, by_role={}, reasons={})))
        held = totals["check_recall_important"]
        low, high = interval(getattr(held, "part", 0), getattr(held, "whole", 0))
        share = played[budget]["heard"] / played[budget]["whole"]
        print(f"held: 95% interval {low:.2f} to {high:.2f}; heard with a second on either side: {share:.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
