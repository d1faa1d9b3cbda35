"""torchaudio built for CUDA beside a torch that is not: transformers and pyannote import in either order."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from models.adapters.torchaudio_shim import _refusing

PARTS = {
    "transformers": "from transformers import BertForSequenceClassification, WhisperForConditionalGeneration",
    "pyannote": "from pyannote.audio.pipelines import SpeakerDiarization",
}
needs_all = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("torch", "torchaudio", "transformers", "pyannote.audio")),
    reason="torch, torchaudio, transformers or pyannote.audio is not installed (the extra `gpu`)",
)


def run(*lines: str) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter that imports the shim first."""
    start = "from models.adapters.torchaudio_shim import ensure_torchaudio; found = ensure_torchaudio()"
    environment = {"PATH": "", "PYANNOTE_METRICS_ENABLED": "false", "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    code = "\n".join((start, *lines))
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env=environment, cwd=Path(__file__).parents[3], capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.torch
@pytest.mark.slow
@needs_all
@pytest.mark.parametrize("order", [("transformers", "pyannote"), ("pyannote", "transformers")])
def test_both_libraries_import_in_either_order(order: tuple[str, str]) -> None:
    done = run(*(PARTS[name] for name in order), "print(found.value)")
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() in ("native", "python only")


@pytest.mark.torch
@needs_all
def test_filter_banks_and_resampling_work_and_a_second_call_changes_nothing() -> None:
    done = run(
        "import torch, torchaudio, torchaudio.compliance.kaldi as kaldi",
        "assert ensure_torchaudio() is found",
        "assert kaldi.fbank(torch.randn(1, 16000), num_mel_bins=80).shape == (98, 80)",
        "assert torchaudio.functional.resample(torch.randn(1, 8000), 8000, 16000).shape == (1, 16000)",
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_what_needs_the_compiled_part_says_so() -> None:
    def forced_align() -> None:
        """Stands for one of torchaudio's compiled functions."""

    with pytest.raises(RuntimeError, match="forced_align needs the compiled part"):
        _refusing(forced_align)()


@pytest.mark.torch
@needs_all
def test_a_tiny_bert_loads_from_safetensors_beside_it(tmp_path: Path) -> None:
    done = run(
        "import torch",
        "from transformers import BertConfig, BertForSequenceClassification",
        "config = BertConfig(vocab_size=50, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,"
        " intermediate_size=32, max_position_embeddings=32, num_labels=3)",
        "made = BertForSequenceClassification(config).eval()",
        f"made.save_pretrained({str(tmp_path)!r}, safe_serialization=True)",
        f"loaded = BertForSequenceClassification.from_pretrained({str(tmp_path)!r}, use_safetensors=True,"
        " local_files_only=True).eval()",
        "words = torch.tensor([[1, 2, 3]])",
        "assert torch.equal(made(words).logits, loaded(words).logits)",
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "model.safetensors").is_file()
