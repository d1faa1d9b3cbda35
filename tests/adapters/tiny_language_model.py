"""A language model of two small layers with random weights and a tokenizer of bytes, made where a test needs it."""

from __future__ import annotations

import json
from pathlib import Path

TEMPLATE = (
    "{% for m in messages %}<|begin|>{{ m['role'] }}\n{{ m['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|begin|>assistant\n{% endif %}"
)


def make_model(folder: Path, *, seed: int = 0, template: str | None = TEMPLATE, context: int = 1024) -> Path:
    """Write config, tokenizer and safetensors into ``folder``; needs torch, transformers and tokenizers."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    from models.adapters.torch_coder_network import offline_transformers

    library = offline_transformers()
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = [("s", "c"), ("o", "r"), ("sc", "or"), ("scor", "e"), ("u", "1"), ("t", "h"), ("th", "e"), ('"', ":")]
    words = [*letters, *("".join(pair) for pair in merges)]
    tokenizer = Tokenizer(models.BPE({word: place for place, word in enumerate(words)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = library.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|end|>", additional_special_tokens=["<|begin|>"]
    )
    fast.chat_template = template
    torch.manual_seed(seed)
    config = library.LlamaConfig(
        vocab_size=len(fast) + 5,  # more than the tokenizer has, as is usual
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=context,
        eos_token_id=fast.eos_token_id,
        bos_token_id=None,
    )
    library.LlamaForCausalLM(config).save_pretrained(str(folder), safe_serialization=True)
    fast.save_pretrained(str(folder))
    return folder


def set_config(folder: Path, **values: object) -> None:
    """Change entries of the folder's config.json."""
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **values}), "utf-8")
