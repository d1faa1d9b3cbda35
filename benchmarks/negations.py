"""What gives away a negation that was flipped or a risk word that was lost in reading?

``python -m benchmarks.negations SCRIPT... [--sentences 80] [--snr 25 15] [--seed 1]`` speaks sentences of session
scripts with three flite voices at three speeds, with noise, reads each with the embedded recogniser, and compares
the words with the text. It prints how many negations and risk words were lost or added, which of these the second
look and the alternatives give away, and how often the same signs stand where nothing is wrong. The recogniser's
limits were chosen with sentences of sessions 01 to 12 of the development set in view: report on other text only.
Synthetic voices: good for comparing, no promise about people.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import tempfile
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np

from benchmarks.made_recordings import decoded
from models.adapters.moonshine_transcriber import NEGATION, MoonshineTranscriber
from models.records.audio import SAMPLE_RATE, Audio
from models.records.speech import Words
from pipelines.stages.lexicon import is_negation, is_risk, token_of

VOICES = ("slt", "rms", "awb")
SPEEDS = (1.0, 0.85, 1.15)
LEVEL = 0.06
SILENCE = np.zeros(SAMPLE_RATE // 5, np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One sentence: its length, how many meanings it has, which were read wrongly, and the signs."""

    duration_ms: int
    words: int
    wrong_words: int
    meanings: int
    changed: int
    second_look: bool
    alternative: bool


def sentences(scripts: list[Path], count: int, seed: int) -> list[str]:
    """Sentences of 4 to 20 words without figures, those with a negation or a risk word first, shuffled."""
    found = [
        sentence
        for script in scripts
        for turn in json.loads(script.read_text(encoding="utf-8"))["turns"]
        for sentence in re.split(r"(?<=[.?!])\s+", turn["text"])
        if 4 <= len(sentence.split()) <= 20 and not re.search(r"[\d\[\]]", sentence)
    ]
    random.Random(seed).shuffle(found)
    telling = [sentence for sentence in found if any(map(_tells, sentence.split()))]
    plain = [sentence for sentence in found if sentence not in telling]
    return [*telling[: count * 3 // 4], *plain[: count - count * 3 // 4]]


def spoken(text: str, number: int, snr_db: float, folder: Path) -> Audio:
    """The sentence by one of the voices, levelled, with noise."""
    file = folder / "said.wav"
    speed = SPEEDS[number // len(VOICES) % len(SPEEDS)]
    command = ["flite", "-voice", VOICES[number % len(VOICES)], "--setf", f"duration_stretch={speed}"]
    subprocess.run([*command, "-t", text, "-o", str(file)], check=True, capture_output=True)
    said = np.frombuffer(file.read_bytes()[44:], "<i2").astype(np.float32) / np.float32(32768)
    said = np.concatenate([SILENCE, said / np.sqrt((said**2).mean()) * LEVEL, SILENCE])
    noise = np.random.default_rng(number).normal(0, LEVEL * 10 ** (-snr_db / 20), len(said))
    return decoded(folder / "said.pcm", (said + noise).astype(np.float32))


def judged(text: str, words: Words) -> Result:
    """How the reading of a sentence differs from its text, and which signs its words carry."""
    ours, heard = _tokens(text), _tokens(words.stretches[0].text)
    changed = wrong = 0
    for kind, i, j, k, m in SequenceMatcher(None, ours, heard, autojunk=False).get_opcodes():
        if kind != "equal":
            wrong += max(j - i, m - k)
            changed += sum(map(_tells, ours[i:j] + heard[k:m]))
    second = _tokens(words.stretches[0].second_look or "")
    nots = {(word.start_ms, word.end_ms) for word in words.words if is_negation(word.text)}
    rivals = [
        one
        for one in words.stretches[0].alternatives
        if NEGATION.fullmatch(one.text.strip(".,?!")) and (one.start_ms, one.end_ms) not in nots
    ]
    return Result(
        duration_ms=words.stretches[0].duration_ms,
        words=len(ours),
        wrong_words=wrong,
        meanings=sum(map(_tells, ours)),
        changed=changed,
        second_look=sorted(filter(_tells, heard)) != sorted(filter(_tells, second)),
        alternative=bool(rivals),
    )


def report(results: list[Result], name: str) -> None:
    """One line of counts and shares."""
    bad, good = ([r for r in results if bool(r.changed) is wanted] for wanted in (True, False))
    words = sum(r.words for r in results)
    print(
        f"{name:10} sentences {len(results)}  words wrong {sum(r.wrong_words for r in results) / max(1, words):.3f}  "
        f"negations and risk words {sum(r.meanings for r in results)}  sentences changed {len(bad)}: "
        f"second look {_share(bad, 'second_look')}, alternative {_share(bad, 'alternative')}, either {_either(bad)}; "
        f"unchanged {len(good)}: {_share(good, 'second_look')}, {_share(good, 'alternative')}, {_either(good)}"
    )


def _share(results: list[Result], sign: str) -> str:
    return f"{sum(getattr(result, sign) for result in results)}/{len(results)}"


def _either(results: list[Result]) -> str:
    return f"{sum(result.second_look or result.alternative for result in results)}/{len(results)}"


def _tells(word: str) -> bool:
    return is_negation(word) or is_risk(word)


def _tokens(text: str) -> list[str]:
    return [token for token in map(token_of, text.split()) if token]


def main() -> None:
    """Speak, read, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("scripts", nargs="+", type=Path)
    parser.add_argument("--sentences", type=int, default=80)
    parser.add_argument("--snr", nargs="+", type=float, default=[25.0, 15.0])
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    transcriber = MoonshineTranscriber()
    texts = sentences(chosen.scripts, chosen.sentences, chosen.seed)
    for snr_db in chosen.snr:
        results: list[Result] = []
        with tempfile.TemporaryDirectory() as folder:
            for number, text in enumerate(texts):
                audio = spoken(text, number, snr_db, Path(folder))
                results.append(judged(text, transcriber.transcribe(audio, (audio.span,))))
        report(results, f"{snr_db:g} dB")


if __name__ == "__main__":
    main()
