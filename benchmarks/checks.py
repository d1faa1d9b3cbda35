"""Does the please-check list hold the negations that were flipped and the risk words that were lost?

``python benchmarks/checks.py SCRIPT... [--snr 25 15 10] [--budget 0.08]`` speaks each session script with flite in a
room with noise, reads it with the embedded recogniser over the true turns, and prints for each: word errors, how many
changes of meaning there were, how many of them the list asks a person to hear, and the share of the recording it asks
for. Weights and limits in ``pipelines/stages/findings.py`` were chosen on risk_sentences.json and on sessions 03 and
07 of the development set; report on others. Synthetic voices: good for comparing, no promise about people.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import wave
from collections.abc import Sequence
from pathlib import Path

from models.adapters.moonshine_transcriber import MoonshineTranscriber
from models.agreement import pooled
from models.records.audio import SAMPLE_RATE, Audio, Recording
from models.records.span import union
from models.records.speech import Speech, Turn, Turns, Words
from pipelines.demo.room import Room
from pipelines.demo.synthesis import speak_session
from pipelines.evaluation.annotation import Annotation, Said
from pipelines.evaluation.speech import FileMeasures, measure
from pipelines.stages.attribute import attribute
from pipelines.stages.check import BUDGET, check_list
from pipelines.stages.transcribe import stretches

SHOWN = ("wer", "check_recall_negations", "check_recall_risk_words", "check_recall_important", "check_share_of_audio")
BRIDGE_MS = 300


def spoken(script: Path, folder: Path, snr_db: float, seed: int) -> tuple[Annotation, Audio]:
    """The script as speech in a noisy room, with its reference."""
    reference = speak_session(script, folder, noise=Room(snr_db=snr_db), seed=seed, name="spoken")
    with wave.open(str(folder / "spoken.wav"), "rb") as opened:
        samples = opened.readframes(opened.getnframes())
    pcm = folder / "spoken.pcm"
    pcm.write_bytes(samples)
    frames = len(samples) // 2
    recording = Recording(
        sha256="",
        size_bytes=len(samples),
        container="wav",
        codec="pcm_s16le",
        channels=1,
        sample_rate_hz=SAMPLE_RATE,
        duration_ms=frames * 1000 // SAMPLE_RATE,
    )
    audio = Audio(
        recording=recording, pcm=pcm, channels=1, frames=frames, gain_db=0.0, separate_channels=False, advice=()
    )
    return reference, audio


def heard(reference: Annotation, audio: Audio, words: Words, budget: float) -> Annotation:
    """What the chain makes of the words, given the true turns."""
    turns, speech = true_turns(reference)
    utterances = attribute(words, turns, speech)
    said = tuple(
        Said(start_ms=u.start_ms, end_ms=u.end_ms, id=u.id, speaker=u.speaker, text=u.text, words=u.words)
        for u in utterances
    )
    checks = check_list(words, utterances, turns, speech, audio.duration_ms, budget)
    return Annotation(said=said, checks=checks, duration_ms=audio.duration_ms)


def true_turns(reference: Annotation) -> tuple[Turns, Speech]:
    """The reference's turns as a faultless diarizer would hand them over."""
    exact = tuple(Turn(start_ms=t.start_ms, end_ms=t.end_ms, speaker=t.speaker) for t in reference.turns or ())
    return Turns(turns=exact, exclusive=exact), Speech(spans=union(exact, bridge_ms=BRIDGE_MS))


def row(name: str, result: FileMeasures) -> str:
    """One line of the table: each measure as counts and rate."""
    cells = []
    for measured in SHOWN:
        value = result.measures.get(measured)
        part = getattr(value, "part", getattr(value, "errors", 0))
        whole = getattr(value, "whole", getattr(value, "length", 0))
        cells.append(f"{part}/{whole} {part / whole:.3f}" if whole else "none")
    return " | ".join([name, *cells])


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a row for each script and noise, a pooled row for each budget, and how many checks there were."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scripts", type=Path, nargs="+")
    parser.add_argument("--snr", type=float, nargs="+", default=[25.0, 15.0])
    parser.add_argument("--budget", type=float, nargs="+", default=[BUDGET])
    options = parser.parse_args(arguments)
    transcriber = MoonshineTranscriber()
    results: dict[float, list[FileMeasures]] = {budget: [] for budget in options.budget}
    print(" | ".join(["script, dB, budget", *SHOWN]))
    for number, (script, snr_db) in enumerate((s, n) for s in options.scripts for n in options.snr):
        with tempfile.TemporaryDirectory() as folder:
            reference, audio = spoken(script, Path(folder), snr_db, seed=number)
            turns, speech = true_turns(reference)
            words = transcriber.transcribe(audio, stretches(speech, turns, transcriber.longest_ms))
            for budget in options.budget:
                measured = measure(script.stem, reference, heard(reference, audio, words, budget))
                results[budget].append(measured)
                print(row(f"{script.stem}, {snr_db:.0f}, {budget}", measured), flush=True)
    for budget, found in results.items():
        totals = {name: pooled(result.measures.get(name) for result in found) for name in SHOWN}
        print(row(f"pooled, {budget}", FileMeasures(name="pooled", measures=totals, by_role={}, reasons={})))


if __name__ == "__main__":
    main(sys.argv[1:])
