"""The port `Answerer` in this process: a language model from a local folder, held to the JSON Schema token by token.

Nothing is fetched, no code from the folder is run, and weights are read from safetensors only. What is asked about is
text to the tokenizer, even where it spells a control token.
"""

from __future__ import annotations

import importlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.adapters.answer_text import checked
from models.errors import BadInputError, EngineError, MissingPartError, NoAnswerError
from models.records.provenance import Engine, Weights
from models.weights import digest

_NEEDED = ("config.json", "tokenizer.json")
_DEVICES = ("auto", "cpu", "cuda")


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformersSettings:
    """``folder`` holds config.json, tokenizer.json and safetensors; ``context_tokens`` None: what it is made for.

    ``device`` is auto, cpu or cuda.
    """

    folder: Path
    device: str = "auto"
    context_tokens: int | None = None
    answer_tokens: int = 1500
    timeout_s: float = 600.0


class TransformersAnswerer:
    """Implements `models.ports.Answerer` with transformers and llguidance."""

    def __init__(self, settings: TransformersSettings) -> None:
        """Load tokenizer and weights. Raises BadInputError, MissingPartError, EngineError."""
        files = _weight_files(settings)
        self._settings = settings
        self._torch, library, self._guidance = _libraries()
        self._generation = library.GenerationConfig
        self.device = _device(self._torch, settings.device)
        self._tokenizer, model = _loaded(library, settings.folder)
        self._model = model.to(self.device).eval()
        self._ends = _ends(model, self._tokenizer)
        self._grammar_tokens = _grammar_tokens(self._guidance, self._tokenizer, self._ends)
        self._context = settings.context_tokens or int(getattr(model.config, "max_position_embeddings", 4096))
        self._weights = tuple(Weights(name=path.name, sha256=digest(path)) for path in files)
        self._around = tuple(len(part) for part in self._template("x"))[0::2]
        if self.longest_prompt_tokens < 1:
            raise BadInputError("The language model's context leaves no room for a question beside the answer.")

    @property
    def engine(self) -> Engine:
        """The model by its files' digests."""
        options = {
            "context_tokens": str(self._context),
            "answer_tokens": str(self._settings.answer_tokens),
            "temperature": "0",
            "device": self.device,
        }
        versions = f"{importlib.import_module('transformers').__version__}+llguidance{self._guidance.__version__}"
        return Engine(name="transformers", version=versions, weights=self._weights, options=options)

    @property
    def longest_prompt_tokens(self) -> int:
        """What the context holds beside the answer and the chat template."""
        return self._context - self._settings.answer_tokens - sum(self._around)

    def count_tokens(self, text: str) -> int:
        """The model's own count."""
        return len(self._plain(text))

    def answer(self, prompt: str, schema: Mapping[str, object], seed: int) -> str:
        """The likeliest answer that keeps to the schema; the seed changes nothing. Raises NoAnswerError."""
        ids = [token for part in self._template(prompt) for token in part]
        if len(ids) + self._settings.answer_tokens > self._context:
            raise NoAnswerError("The question is too long for the model's context.")
        guide = self._guide(schema)
        told = self._generated(ids, guide)
        if guide.failed:
            raise NoAnswerError("The model's answer could not be held to the form asked for.")
        said = [token for token in told if token not in self._ends]
        if not guide.complete(said):
            raise NoAnswerError("The model's answer was cut off. Allow it more tokens or more time.")
        return checked(self._tokenizer.decode(said, skip_special_tokens=True), schema)

    def _guide(self, schema: Mapping[str, object]) -> _Guide:
        kind = self._guidance.LLMatcher
        form = kind.grammar_from_json_schema(
            json.dumps(schema), overrides={"whitespace_flexible": False, "lenient": True}
        )
        return _Guide(kind(self._grammar_tokens, form, log_level=0), self._torch)

    def _generated(self, ids: list[int], guide: _Guide) -> list[int]:
        """New token ids. Raises NoAnswerError."""
        torch = self._torch
        config = self._generation(
            do_sample=False,
            max_new_tokens=self._settings.answer_tokens,
            max_time=self._settings.timeout_s,
            eos_token_id=list(self._ends),
            pad_token_id=self._ends[0],
        )
        try:
            with torch.inference_mode():
                given = torch.tensor([ids], device=self.device)
                found = self._model.generate(
                    input_ids=given,
                    attention_mask=torch.ones_like(given),
                    generation_config=config,
                    logits_processor=[guide],
                )
        except (RuntimeError, ValueError, IndexError) as broken:  # out of memory is a RuntimeError
            raise NoAnswerError(f"The model failed while it answered ({type(broken).__name__}).") from None
        return [int(token) for token in found[0, len(ids) :]]

    def _template(self, prompt: str) -> tuple[list[int], list[int], list[int]]:
        """Token ids before, of and after the prompt; only the template's own control tokens are control tokens."""
        place = secrets.token_hex(16)
        if getattr(self._tokenizer, "chat_template", None):
            message = [{"role": "user", "content": place}]
            whole = self._tokenizer.apply_chat_template(
                message, tokenize=False, add_generation_prompt=True, enable_thinking=False
            )
            before, found, after = whole.partition(place)
            if not found or place in after:
                raise EngineError("The model's chat template does not show the question once. Use another model.")
            return self._ids(before, special=True), self._plain(prompt), self._ids(after, special=True)
        start = getattr(self._tokenizer, "bos_token_id", None)
        return ([] if start is None else [start]), self._plain(prompt), []

    def _plain(self, text: str) -> list[int]:
        return self._ids(text, special=False)

    def _ids(self, text: str, *, special: bool) -> list[int]:
        found: list[int] = self._tokenizer(text, add_special_tokens=False, split_special_tokens=not special)[
            "input_ids"
        ]
        return found


class _Guide:
    """Lets through only tokens that can still become what the schema asks for; called by transformers at each step."""

    def __init__(self, matcher: Any, torch: Any) -> None:
        self._matcher = matcher
        self._torch = torch
        self._seen: int | None = None
        self.failed = bool(matcher.is_error())

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """Scores [1, vocabulary] with everything else at minus infinity."""
        length = int(input_ids.shape[1])
        new = [] if self._seen is None else [int(token) for token in input_ids[0, self._seen :]]
        self._seen = length
        if new and not self._matcher.is_stopped():
            self._matcher.consume_tokens(new)
        self.failed = self.failed or bool(self._matcher.is_error())
        if self.failed:
            raise RuntimeError("the grammar does not go on")
        bias = self._torch.frombuffer(bytearray(self._matcher.compute_logit_bias()), dtype=self._torch.uint8)
        allowed = self._torch.zeros(scores.shape[1], dtype=self._torch.bool)
        width = min(len(bias), scores.shape[1])
        allowed[:width] = bias[:width] > 0
        return scores.masked_fill(~allowed.to(scores.device)[None, :], float("-inf"))

    def complete(self, told: list[int]) -> bool:
        """Whether these tokens, all that were generated, are a whole answer."""
        self._matcher.reset()
        return bool(self._matcher.consume_tokens(told) and self._matcher.is_accepting())


def _weight_files(settings: TransformersSettings) -> list[Path]:
    """The safetensors of the folder. Raises BadInputError that says what is missing."""
    folder = settings.folder
    if settings.device not in _DEVICES:
        raise BadInputError(f"The device of the language model must be one of {', '.join(_DEVICES)}.")
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if missing:
        raise BadInputError(f"{folder.name} is not the folder of a language model: {missing[0]} is missing.")
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise BadInputError(f"{folder.name} holds no safetensors. Other kinds of weights are not loaded.")
    return files


def _libraries() -> tuple[Any, Any, Any]:
    """torch, transformers and llguidance. Raises MissingPartError."""
    try:
        torch = importlib.import_module("torch")
        guidance = importlib.import_module("llguidance")
        from models.adapters.torch_coder_network import offline_transformers

        return torch, offline_transformers(), guidance
    except ModuleNotFoundError as missing:
        raise MissingPartError(
            f"A language model in this process needs {missing.name}, which is not installed. Install the extra `gpu`, "
            "or name a server instead."
        ) from None


def _loaded(library: Any, folder: Path) -> tuple[Any, Any]:
    """Tokenizer and model. Raises EngineError, whatever goes wrong: the loaders raise errors of many kinds."""
    options = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = library.AutoTokenizer.from_pretrained(str(folder), **options)
        model, info = library.AutoModelForCausalLM.from_pretrained(
            str(folder), use_safetensors=True, dtype="auto", output_loading_info=True, **options
        )
    except Exception as refused:
        raise EngineError(
            f"The language model in {folder.name} cannot be loaded ({type(refused).__name__}). It has to be a text "
            "model that transformers knows, in safetensors, without code of its own."
        ) from None
    if info["missing_keys"]:
        raise EngineError(f"The language model in {folder.name} lacks {len(info['missing_keys'])} of its weights.")
    return tokenizer, model


def _device(torch: Any, wanted: str) -> str:
    found = torch.cuda.is_available()
    if wanted == "cuda" and not found:
        raise MissingPartError("No GPU that torch can use was found. Choose the device cpu or auto.")
    return "cuda" if found and wanted != "cpu" else "cpu"


def _ends(model: Any, tokenizer: Any) -> tuple[int, ...]:
    """The tokens that end an answer. Raises EngineError where the model has none."""
    given = getattr(model.generation_config, "eos_token_id", None)
    listed = list(given) if isinstance(given, list | tuple) else [given]
    found = tuple(dict.fromkeys(one for one in (*listed, tokenizer.eos_token_id) if one is not None))
    if not found:
        raise EngineError("The language model has no token that ends an answer. Use another model.")
    return found


def _grammar_tokens(guidance: Any, tokenizer: Any, ends: tuple[int, ...]) -> Any:
    """The vocabulary as the grammar sees it. Raises EngineError for a tokenizer of another kind."""
    try:
        return importlib.import_module("llguidance.hf").from_tokenizer(tokenizer, eos_token=list(ends))
    except (ValueError, RuntimeError):
        raise EngineError(
            "The tokenizer of the language model cannot be held to a grammar. Use another model."
        ) from None
