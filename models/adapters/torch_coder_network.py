"""The coder's network while it is trained: a sentence encoder, the conversation around it, and the heads, in torch.

The encoder is any BERT-shaped folder of transformers (MiniLM-L6 by default). Its lower layers stay as they are and run
once for each line; the upper ones are trained. Each line becomes one vector; attention over the ten lines before and
after it gives the context. At run time the same network runs as ONNX (``onnx_coder.py``), without torch.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from models.adapters.torchaudio_shim import ensure_torchaudio
from models.coder.labels import OUTPUTS
from models.coder.lines import AROUND, LONGEST, ROLES, shorten

_HEADS = 6
_FAR = -1e9


def offline_transformers() -> Any:
    """The library transformers, imported with the hub switched off and without needing torchaudio's own binaries."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    ensure_torchaudio()
    return importlib.import_module("transformers")


class Lower(nn.Module):  # type: ignore[misc]
    """The frozen part: embeddings and the lower layers. Lines go in as token ids, token states [T, D] come out."""

    def __init__(self, folder: Path, layers: int) -> None:
        super().__init__()
        kinds = offline_transformers().AutoModel
        encoder = kinds.from_pretrained(str(folder), local_files_only=True, use_safetensors=True)
        self.width: int = encoder.config.hidden_size
        self.embeddings = encoder.embeddings
        self.layers = nn.ModuleList(encoder.encoder.layer[:layers])
        self.rest = nn.ModuleList(encoder.encoder.layer[layers:])
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self.eval()

    def ids(self, text: str) -> list[int]:
        """Token ids of a line, its middle left out where it is long."""
        return shorten(self.tokenizer.encode(text).ids, LONGEST)

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def states(self, texts: Sequence[str], batch: int = 32) -> list[Tensor]:
        """Token states of each text, [tokens, width] in float16."""
        ids = [self.ids(text) for text in texts]
        order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        found: list[Tensor] = [torch.empty(0)] * len(ids)
        for start in range(0, len(order), batch):
            places = order[start : start + batch]
            tokens = nn.utils.rnn.pad_sequence([torch.tensor(ids[place]) for place in places], batch_first=True)
            there = nn.utils.rnn.pad_sequence([torch.ones(len(ids[place])) for place in places], batch_first=True)
            states = run_layers(self.layers, self.embeddings(input_ids=tokens), there)
            for row, place in enumerate(places):
                found[place] = states[row, : len(ids[place])].half().clone()
        return found


def run_layers(layers: nn.ModuleList, states: Tensor, there: Tensor) -> Tensor:
    """Run encoder layers over padded states [B, T, D]; ``there`` [B, T] is 1 on tokens and 0 on padding."""
    mask = (1 - there)[:, None, None, :] * _FAR
    for layer in layers:
        result = layer(states, mask)
        states = result[0] if isinstance(result, tuple) else result
    return states


class Pooling(nn.Module):  # type: ignore[misc]
    """Token states to one vector a line: their mean and two learned weighted means."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weigh = nn.Linear(width, 2)
        self.project = nn.Linear(width * 3, width)

    def forward(self, states: Tensor, there: Tensor) -> Tensor:
        """[B, T, D] and [B, T] to [B, D]."""
        mean = (states * there[..., None]).sum(1) / there.sum(1, keepdim=True)
        weights = (self.weigh(states) + (1 - there)[..., None] * _FAR).softmax(1)
        first, second = (weights.transpose(1, 2) @ states).unbind(1)
        return torch.tanh(self.project(torch.cat([mean, first, second], 1)))


class Surroundings(nn.Module):  # type: ignore[misc]
    """Attention over the lines within ``AROUND`` of each line, by role and distance."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.role = nn.Embedding(len(ROLES), width)
        nn.init.normal_(self.role.weight, std=0.02)
        self.distance = nn.Parameter(torch.zeros(_HEADS, 2 * AROUND + 1))
        self.before = nn.LayerNorm(width)
        self.mix = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.between = nn.LayerNorm(width)
        self.think = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.after = nn.LayerNorm(width)
        self.drop = nn.Dropout(0.1)

    def forward(self, vectors: Tensor, roles: Tensor) -> Tensor:
        """[N, D] and roles [N] of one conversation to [N, D]."""
        lines, width = vectors.shape
        x = vectors + self.role(roles)
        query, key, value = self.mix(self.before(x)).reshape(lines, 3, _HEADS, width // _HEADS).permute(1, 2, 0, 3)
        places = torch.arange(lines)
        apart = places[None, :] - places[:, None]
        bias = self.distance[:, apart.clamp(-AROUND, AROUND) + AROUND] + (apart.abs() > AROUND) * _FAR
        weights = (query @ key.transpose(1, 2) / (width // _HEADS) ** 0.5 + bias).softmax(-1)
        x = x + self.drop(self.out((weights @ value).permute(1, 0, 2).reshape(lines, width)))
        x = x + self.drop(self.think(self.between(x)))
        result: Tensor = self.after(x)
        return result


class CoderNetwork(nn.Module):  # type: ignore[misc]
    """The trained part: upper layers, pooling, surroundings, and linear heads for all outputs and indicators."""

    def __init__(self, lower: Lower, indicators: int) -> None:
        super().__init__()
        width = lower.width
        self.upper = lower.rest
        self.pooling = Pooling(width)
        self.surroundings = Surroundings(width)
        self.join = nn.Linear(2 * width, width)
        self.heads = nn.Linear(width, OUTPUTS)
        self.indicators = nn.Linear(width, indicators)
        self.drop = nn.Dropout(0.2)

    def vectors(self, states: Sequence[Tensor], batch: int = 32) -> Tensor:
        """Token states of N lines to vectors [N, D], in batches of lines of like length."""
        order = sorted(range(len(states)), key=lambda place: len(states[place]))
        parts = [
            self.encode(
                nn.utils.rnn.pad_sequence([states[place].float() for place in places], batch_first=True),
                nn.utils.rnn.pad_sequence([torch.ones(len(states[place])) for place in places], batch_first=True),
            )
            for places in (order[start : start + batch] for start in range(0, len(order), batch))
        ]
        back = torch.empty(len(states), dtype=torch.long)
        back[torch.tensor(order)] = torch.arange(len(states))
        return torch.cat(parts)[back]

    def encode(self, states: Tensor, there: Tensor) -> Tensor:
        """Padded token states [B, T, D] after the frozen layers to vectors [B, D]."""
        result: Tensor = self.pooling(run_layers(self.upper, states, there), there)
        return result

    def judge(self, vectors: Tensor, roles: Tensor) -> tuple[Tensor, Tensor]:
        """One conversation's vectors [N, D] and roles [N] to scores [N, outputs] and [N, indicators]."""
        around = self.surroundings(self.drop(vectors), roles)
        joined = self.drop(nn.functional.gelu(self.join(self.drop(torch.cat([vectors, around], 1)))))
        return self.heads(joined), self.indicators(joined)

    def forward(self, states: Sequence[Tensor], roles: Tensor, lengths: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Several stretches of conversation at once: lines of all of them, and how many lines each has."""
        split = zip(self.vectors(states).split(list(lengths)), roles.split(list(lengths)), strict=True)
        judged: list[Any] = [self.judge(vectors, of) for vectors, of in split]
        return torch.cat([one for one, _ in judged]), torch.cat([other for _, other in judged])
