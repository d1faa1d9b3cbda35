"""The network in torch and what was exported of it answer alike, with a tiny encoder made of random numbers."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from models.adapters.onnx_coder import OnnxCoder
from models.coder.indicators import INDICATORS
from models.coder.package import Parts, write_package
from tests.coder import made_package

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")
if find_spec("transformers") is None:
    pytest.skip("needs transformers", allow_module_level=True)

pytestmark = pytest.mark.torch
SAID = ["What do you think?", "I drink, you know.", "School is what it is", "", "mm", "what " * 200] * 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("encoder")
    from models.adapters.torch_coder_network import offline_transformers

    transformers = offline_transformers()
    torch.manual_seed(3)
    config = transformers.BertConfig(
        vocab_size=len(made_package.PIECES) + 2,
        hidden_size=24,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=48,
        max_position_embeddings=128,
        initializer_range=0.3,
    )
    transformers.BertModel(config).save_pretrained(made, safe_serialization=True)
    document = json.loads(made_package.tokenizer())
    document["model"]["vocab"] |= {"[unused0]": len(made_package.PIECES), "ß": len(made_package.PIECES) + 1}
    (made / "tokenizer.json").write_text(json.dumps(document), "utf-8")
    return made


def exported(folder: Path, texts: list[str]) -> tuple[object, object, object]:
    """The frozen layers, the network above them, and what is exported of both."""
    from models.adapters.torch_coder_export import export
    from models.adapters.torch_coder_network import CoderNetwork, Lower

    torch.manual_seed(4)
    lower = Lower(folder, 2)
    network = CoderNetwork(lower, len(INDICATORS)).eval()
    torch.nn.init.normal_(network.surroundings.distance)
    return lower, network, export(lower, network, texts)


def test_the_export_answers_as_torch_does(folder: Path, tmp_path: Path) -> None:
    """Scores of every line within a few hundredths of their spread; weights are int8."""
    lower, network, made = exported(folder, SAID)
    draw = np.random.default_rng(0)
    parts = Parts(
        version="1",
        rubric="0.1.0",
        created_from={},
        combination=made_package.combination(()),
        linear=made_package.linear(draw),
        encoder=made.encoder,
        words=made.words,
        encoder_graph=made.encoder_graph,
        judge_graph=made.judge_graph,
        tokenizer=made.tokenizer,
    )
    write_package(tmp_path / "weights", parts)
    coder = OnnxCoder(tmp_path / "weights", threads=1)
    roles = np.arange(len(SAID)) % 3
    with torch.no_grad():
        wanted, hinted = network.judge(network.vectors(lower.states(SAID)), torch.from_numpy(roles))
    scores, indicators = coder._judged(coder._vectors(SAID, lambda part: None), roles)
    assert np.abs(scores - wanted.numpy()).mean() < 0.05 * wanted.numpy().std()
    assert np.abs(indicators - hinted.numpy()).mean() < 0.05 * hinted.numpy().std()


def test_pieces_that_speech_never_needs_go(folder: Path) -> None:
    """Unused and foreign pieces go, unless the material has them; every id has its embedding."""
    _, _, without = exported(folder, SAID)
    _, _, with_it = exported(folder, [*SAID, "ß"])
    for made, kept in ((without, False), (with_it, True)):
        vocabulary = json.loads(made.tokenizer)["model"]["vocab"]
        assert sorted(vocabulary.values()) == list(range(len(made.words)))
        assert "[unused0]" not in vocabulary
        assert ("ß" in vocabulary) is kept
