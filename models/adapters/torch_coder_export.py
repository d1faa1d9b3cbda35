"""From the trained network in torch to what the coder runs on without torch: two graphs, a word table, a tokenizer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import nn

from models.adapters.onnx_coder_graphs import EncoderShape, encoder_graph, judge_graph
from models.adapters.torch_coder_network import CoderNetwork, Lower
from models.coder.lines import LONGEST
from models.coder.package import EncoderFacts
from models.coder.words import WordTable, table_of
from models.errors import EngineError

Array = NDArray[np.float32]

ENTRIES = 25_000
"""How many word pieces are kept where the vocabulary is cut: with MiniLM-L6 the folder then stays under 24.5 MB."""

COMMON = 8_000
"""How many of these, the most frequent in what was trained on, are kept in int8; the others in four bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """The network's share of a weights folder; see ``models.coder.package.Parts``."""

    encoder: EncoderFacts
    words: WordTable
    encoder_graph: bytes
    judge_graph: bytes
    tokenizer: str


def export(
    lower: Lower, network: CoderNetwork, texts: Iterable[str] = (), entries: int = ENTRIES, *, quick: bool = False
) -> Exported:
    """The frozen and the trained layers together, as int8.

    ``texts`` are what was trained on, cleaned: their word pieces stay. Of the others, plain ones stay in the order of
    the vocabulary, the most frequent first, up to ``entries`` in all. Raises EngineError where the encoder is not
    BERT-shaped.
    """
    layers = [*lower.layers, *network.upper]
    arrays = {"positions": _positions(lower), **_named("norm", lower.embeddings.LayerNorm)}
    arrays |= _named("pooling", network.pooling)
    for number, layer in enumerate(layers):
        arrays |= _named(f"layers.{number}", layer)
    surroundings = network.surroundings.state_dict()
    judge = {f"surroundings.{name}": held.detach().float().numpy() for name, held in surroundings.items()}
    for name in ("join", "heads", "indicators"):
        judge |= _named(name, getattr(network, name))
    tokenizer, kept = _cut(lower, texts, entries)
    embeddings = lower.embeddings.word_embeddings.weight.detach().float().numpy()
    return Exported(
        encoder=EncoderFacts(layers=len(layers), longest=LONGEST, width=lower.width),
        words=table_of(embeddings[kept], min(COMMON, len(kept))),
        encoder_graph=encoder_graph(arrays, _shape(lower, layers, quick)),
        judge_graph=judge_graph(judge, network.surroundings.distance.shape[0]),
        tokenizer=tokenizer,
    )


def _named(prefix: str, module: nn.Module) -> dict[str, Array]:
    return {f"{prefix}.{name}": held.detach().float().numpy() for name, held in module.state_dict().items()}


def _positions(lower: Lower) -> Array:
    """Positions and the one token type, [LONGEST, D]."""
    found = {name: held.detach().float().numpy() for name, held in lower.embeddings.state_dict().items()}
    try:
        positions, kinds = found["position_embeddings.weight"], found["token_type_embeddings.weight"]
    except KeyError as wrong:
        raise EngineError("The encoder is not BERT-shaped, so it cannot be saved to run without torch.") from wrong
    first = getattr(lower.embeddings, "padding_idx", None)
    start = 0 if first is None else first + 1
    whole: Array = positions[start : start + LONGEST] + kinds[0]
    return whole


def _shape(lower: Lower, layers: list[nn.Module], quick: bool) -> EncoderShape:
    attention = layers[0].attention.self
    if type(layers[0].intermediate.intermediate_act_fn).__name__ not in ("GELUActivation", "GELU"):
        raise EngineError("Only encoders whose layers use GELU can be saved to run without torch.")
    return EncoderShape(
        layers=len(layers),
        heads=int(attention.num_attention_heads),
        epsilon=float(lower.embeddings.LayerNorm.eps),
        quick=quick,
    )


def _cut(lower: Lower, texts: Iterable[str], entries: int) -> tuple[str, NDArray[np.int64]]:
    """The tokenizer's JSON with fewer word pieces, and the old ids of those that stay, the common ones first."""
    document = json.loads(lower.tokenizer.to_str())
    model = document["model"]
    if model.get("type") != "WordPiece":
        return lower.tokenizer.to_str(), np.arange(lower.tokenizer.get_vocab_size())
    special = {token["id"] for token in document["added_tokens"]} | {model["vocab"][model["unk_token"]]}
    seen = Counter(number for text in texts for number in lower.tokenizer.encode(text).ids)
    pieces = {number: piece for piece, number in model["vocab"].items()}
    kept = [*sorted(special), *(number for number, _ in seen.most_common() if number not in special)]
    rest = sorted(pieces.keys() - set(kept))
    plain = [number for number in rest if pieces[number].isascii() and not pieces[number].startswith("[unused")]
    letters = [number for number in plain if len(pieces[number].removeprefix("##")) == 1]
    others = [number for number in plain if len(pieces[number].removeprefix("##")) > 1]
    kept = [*kept, *letters, *others][: max(entries, len(kept) + len(letters))]
    new = {number: place for place, number in enumerate(kept)}
    model["vocab"] = {pieces[number]: place for number, place in new.items()}
    for token in document["added_tokens"]:
        token["id"] = new[token["id"]]
    document["added_tokens"].sort(key=lambda token: token["id"])
    for token in document["post_processor"]["special_tokens"].values():
        token["ids"] = [new[number] for number in token["ids"]]
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")), np.asarray(kept, np.int64)
