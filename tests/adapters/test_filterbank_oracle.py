"""Our features against torchaudio's port of Kaldi, with the settings of pyannote's WeSpeaker network."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

PROGRAM = """
import importlib, sys, types
import numpy as np
try:
    importlib.import_module("torchaudio")
except OSError:
    for name in [name for name in sys.modules if name.split(".")[0] == "torchaudio"]:
        del sys.modules[name]
    stub = types.ModuleType("torchaudio._extension")
    stub._IS_TORCHAUDIO_EXT_AVAILABLE = stub._IS_ALIGN_AVAILABLE = False
    stub._check_cuda_version = lambda: None
    stub.fail_if_no_align = lambda function: function
    sys.modules["torchaudio._extension"] = stub
    importlib.import_module("torchaudio")
import torch
from torchaudio.compliance import kaldi
from models.voices.filterbank import log_mel
from tests.adapters.recordings import carried_voice
sound = carried_voice("two_cities.wav")[:48_000]
theirs = kaldi.fbank(
    torch.from_numpy(sound)[None] * 32768, num_mel_bins=80, frame_length=25.0, frame_shift=10.0, dither=0.0,
    sample_frequency=16000.0, window_type="hamming", use_energy=False,
).numpy()
assert theirs.shape == log_mel(sound).shape, theirs.shape
print(float(np.abs(theirs - log_mel(sound)).max()))
"""


@pytest.mark.torch
@pytest.mark.skipif(importlib.util.find_spec("torchaudio") is None, reason="torchaudio is not installed")
def test_features_equal_those_of_kaldi() -> None:
    """Run in a fresh interpreter, because the stand-in for torchaudio's extension must not stay."""
    result = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-500:]
    assert float(result.stdout) < 2e-3
