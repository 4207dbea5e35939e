"""A fitted transform as a plain sentence-transformers pipeline, which needs no GST Studio to load or to run.

The encoder's modules come first; what the transform does to an embedding follows as `Dense` and `Normalize` modules.
"""

import copy
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Dense, Normalize
from torch import Tensor, nn

from gst_core.encoding import DEFAULT_ENCODER, DEFAULT_NAMES, load_encoder
from gst_core.errors import TransformError
from gst_core.transform.model_card import model_card

if TYPE_CHECKING:
    from gst_core.transform.fitted import FittedTransform
    from gst_core.transform.network import GuidedEncoder


def sentence_transformer(
    fitted: "FittedTransform",
    encoder: str = DEFAULT_ENCODER,
    *,
    instruction: str = "",
    scores: Mapping[str, float] | None = None,
) -> SentenceTransformer:
    """Set a fitted transform behind its encoder.

    Parameters
    ----------
    fitted : FittedTransform
        Its encoder looks at one view.
    encoder : str
        The encoder that made the embeddings of the fit.
    instruction : str
        For the card.
    scores : mapping of str to float, optional
        Measures and their values, for the card.

    Returns
    -------
    SentenceTransformer
        On the CPU, in single precision; outputs (m, `fitted.n_features_out`) of length 1.

    Raises
    ------
    TransformError
        The transform looks at several views, leaves something out, or was fitted on embeddings of another width.
    EncoderError
        The encoder cannot be had.
    """
    if (*fitted.seen, *fitted.kept) != (0, 0):
        raise TransformError(
            "This transform looks at several views of each text (a layer below its embedding, its words), which a "
            "plain sentence-transformers pipeline cannot give; one fitted on encode(texts) alone can be exported."
        )
    if fitted.erasure is not None:
        raise TransformError(
            "This transform leaves out what a column says, which a plain sentence-transformers pipeline cannot do; one "
            "that was fitted without leave_out can be exported."
        )
    model = own_copy(load_encoder(encoder))
    width = int(model.get_embedding_dimension() or 0)
    if width != fitted.widths[0]:
        raise TransformError(
            f"The encoder “{encoder}” gives {width} columns; the transform was fitted on {fitted.widths[0]}. "
            "Name the encoder that made the embeddings of the fit."
        )
    for module in [*_unit_rows(model), *_guidance(fitted)]:
        model.append(module)
    # `save` writes this text as the card, also after loading, until somebody trains the model further.
    card = model_card(fitted, _public_name(encoder), instruction, scores or {})
    model._model_card_text = card  # type: ignore[assignment]
    return model.eval()


def own_copy(model: SentenceTransformer) -> SentenceTransformer:
    """Return a copy on the CPU in single precision that shares nothing with `model`, without the hooks of others."""
    hooks = [h for m in model.modules() for h in (m._forward_hooks, m._forward_pre_hooks)]
    return copy.deepcopy(model, {id(h): OrderedDict() for h in hooks}).float().to("cpu")


def centring(centre: Tensor) -> list[nn.Module]:
    """Return the modules that subtract a centre of shape (d,), float32, and scale rows to length 1."""
    d = len(centre)
    return [Dense(d, d, activation_function=nn.Identity(), init_weight=torch.eye(d), init_bias=-centre), Normalize()]


def encoding(network: "GuidedEncoder", share: float) -> list[nn.Module]:
    """Return the modules that set the code, which has this share, beside the centred embedding.

    The hidden layer hands the embedding on as its residual: the same columns of the layer itself are ``gelu(0) = 0``.

    Parameters
    ----------
    network : GuidedEncoder
        On the CPU, from d columns to one per class.
    share : float
        From 0 to 1, of `code_share`.

    Returns
    -------
    list of torch.nn.Module
        From unit rows (m, d) to unit rows (m, classes + d).
    """
    layer, out = network.hidden_layer, network.out
    (hidden, d), code = layer.weight.shape, out.out_features
    beside = Dense(
        d,
        hidden + d,
        activation_function=nn.GELU(),
        init_weight=torch.cat([layer.weight, torch.zeros(d, d)]),
        init_bias=torch.cat([layer.bias, torch.zeros(d)]),
        use_residual=True,
    )
    beside.residual.weight = nn.Parameter(torch.cat([torch.zeros(hidden, d), torch.eye(d)]))
    scale, rest = share**0.5, torch.cat([torch.zeros(d, hidden), (1.0 - share) ** 0.5 * torch.eye(d)], dim=1)
    join = Dense(
        hidden + d,
        code + d,
        activation_function=nn.Identity(),
        init_weight=torch.cat([scale * out.weight, rest]),
        init_bias=torch.cat([scale * out.bias, torch.zeros(d)]),
    )
    return [beside, join, Normalize()]


def _guidance(fitted: "FittedTransform") -> list[nn.Module]:
    if fitted.network is None:
        return []
    network = copy.deepcopy(fitted.network).to("cpu").requires_grad_(False)
    widths = fitted.widths
    centre = fitted.centre[: widths[0]] * len(widths) ** 0.5  # a view is shorter beside others than alone
    return [*centring(torch.from_numpy(centre)), *encoding(network, fitted.share)]


def _unit_rows(model: SentenceTransformer) -> list[nn.Module]:
    """Return what makes the output of an encoder what `gst_core.encode` gives: truncated, and of length 1.

    The model's own truncation comes last and would cut the code off; it is taken from the model.
    """
    modules: list[nn.Module] = []
    short, model.truncate_dim = model.truncate_dim, None
    whole = int(model.get_embedding_dimension() or 0)
    if short is not None and short < whole:
        cut = torch.eye(short, whole)
        modules.append(Dense(whole, short, bias=False, activation_function=nn.Identity(), init_weight=cut))
    if modules or not isinstance(model[-1], Normalize):
        modules.append(Normalize())
    return modules


def _public_name(encoder: str) -> str:
    if encoder in DEFAULT_NAMES:
        return f"sentence-transformers/{DEFAULT_ENCODER}"
    folder = Path(encoder).expanduser()
    return folder.resolve().name if folder.is_dir() else encoder
