"""The views of a text that one pass of an encoder gives: its own embedding, and the words two thirds of the way up.

The last layers of an encoder are trained to forget what does not matter for likeness in general. Below them there is
more of how a thing is said, which moods show in: with the mean of the tokens two thirds of the way up beside the
embedding, the purity of sentiment rises from 62 to 69 % (product reviews, 16 labels per class), and the pass is the
same.
"""

import threading
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

HEIGHT = 2 / 3  # of the encoder's layers; 4 of 6
FEWEST_LAYERS = 3

_building = threading.Lock()
_built: "WeakKeyDictionary[SentenceTransformer, SentenceTransformer]" = WeakKeyDictionary()


def layer_between(model: "SentenceTransformer") -> nn.Module | None:
    """Return the layer two thirds of the way up, or None for an encoder without a stack of layers."""
    stacks = [m for m in model.modules() if isinstance(m, nn.ModuleList) and len(m) >= FEWEST_LAYERS]
    if not stacks:
        return None
    stack = max(stacks, key=len)
    return stack[round(len(stack) * HEIGHT) - 1]


def with_all_views(model: "SentenceTransformer") -> "SentenceTransformer":
    """Return an encoder, sharing the weights of `model`, that gives all views side by side in one pass.

    Its output has rows of length 1 in which every view has the same length. An encoder without a stack of layers is
    returned as it is. There is one for each `model`, which goes when that goes: the layer is listened to once.
    """
    layer = layer_between(model)
    if layer is None:
        return model
    with _building:
        if model not in _built:
            _built[model] = _listening(model, layer)
        return _built[model]


def _listening(model: "SentenceTransformer", layer: nn.Module) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer  # seconds to import, and there already: it made the model

    both = SentenceTransformer(modules=[*model, _Beside(layer)], device=str(model.device))
    both.max_seq_length = model.max_seq_length
    return both


class _Beside(nn.Module):
    """Set the mean of a layer's token vectors beside the sentence embedding."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self._seen = threading.local()  # the layer may be at work for somebody else at the same time
        layer.register_forward_hook(self._see)

    def _see(self, _layer: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor | tuple[Tensor, ...]) -> None:
        self._seen.tokens = output if isinstance(output, Tensor) else output[0]

    def forward(self, features: dict[str, Tensor]) -> dict[str, Tensor]:
        """Replace the sentence embedding by both views, shape (m, 2 d)."""
        tokens: Tensor = self._seen.tokens
        del self._seen.tokens
        mask = features["attention_mask"].unsqueeze(-1).to(tokens.dtype)
        mean = (tokens * mask).sum(dim=1) / mask.sum(dim=1).clamp_min(1.0)
        views = [functional.normalize(v, dim=1) for v in (features["sentence_embedding"], mean)]
        features["sentence_embedding"] = torch.cat(views, dim=1) / len(views) ** 0.5
        return features
