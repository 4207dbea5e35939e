"""Saving and loading what a fit found: numbers as safetensors, the rest as JSON, nothing that could run code."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from gst_core.errors import TransformError
from gst_core.transform.fitted import FittedTransform
from gst_core.transform.network import GuidedEncoder

WEIGHTS, ABOUT = "transform.safetensors", "transform.json"
FORMAT = 4
CENTRE, NETWORK = "centre", "network."
STORED_LAYER = "units."  # what format 4 calls the hidden layer
HIDDEN_LAYER = "hidden_layer."
ANY_TEXT = ("utf-8", "surrogatepass")  # half an emoji in a class name, too


def save_transform(fitted: FittedTransform, folder: str | os.PathLike[str]) -> None:
    """Write what a fit found into a folder, which is created when it is not there.

    Parameters
    ----------
    fitted : FittedTransform
    folder : path
        Gets `transform.safetensors` (float32 tensors ``centre`` and ``network.*``) and `transform.json`.

    Raises
    ------
    OSError
        The folder cannot be written to.
    """
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    about = {
        "format": FORMAT,
        "parameters": dict(fitted.parameters),
        "classes": fitted.classes.tolist(),
        "evidence": fitted.evidence,
        "seen": fitted.seen,
        "label_counts": fitted.label_counts.tolist(),
        "n_features_in": fitted.n_features_in,
        "columns": list(fitted.columns),
    }
    try:
        save_file(_tensors(fitted), path / WEIGHTS)
    except SafetensorError as error:  # which hides the system's own, of a full disk say
        raise OSError(f"{path / WEIGHTS} cannot be written: {error}") from error
    (path / ABOUT).write_text(json.dumps(about, indent=2, ensure_ascii=False), *ANY_TEXT)


def load_transform(folder: str | os.PathLike[str]) -> FittedTransform:
    """Read what `save_transform` wrote.

    Parameters
    ----------
    folder : path

    Returns
    -------
    FittedTransform

    Raises
    ------
    TransformError
        The folder holds no transform, or one that is damaged or from another version.
    """
    path = Path(folder)
    try:
        about = json.loads((path / ABOUT).read_text(*ANY_TEXT))
        tensors = load_file(path / WEIGHTS)
        if about["format"] != FORMAT:
            raise TransformError(f"{path} was saved by another version of GST Studio. Fit and save it again.")
        return _fitted(about, tensors)
    except FileNotFoundError:
        raise TransformError(f"{path} holds no transform: {ABOUT} or {WEIGHTS} is missing.") from None
    except (OSError, AttributeError, KeyError, TypeError, ValueError, RuntimeError, SafetensorError) as error:
        if isinstance(error, TransformError):
            raise
        raise TransformError(f"The transform in {path} is damaged ({error}). Export it again.") from error


def _fitted(about: dict[str, Any], tensors: dict[str, torch.Tensor]) -> FittedTransform:
    classes = about["classes"] or []
    centre = tensors.pop(CENTRE).numpy()
    return FittedTransform(
        parameters=dict(about["parameters"]),
        classes=np.array(classes, dtype=None if classes else str),
        label_counts=np.array(about["label_counts"], dtype=np.int64),
        evidence=float(about["evidence"]),
        centre=centre,
        seen=tuple(int(width) for width in about["seen"]),
        n_features_in=about["n_features_in"],
        columns=tuple(about.get("columns") or ()),
        network=_network(tensors, len(classes)) if tensors else None,
    )


def _tensors(fitted: FittedTransform) -> dict[str, torch.Tensor]:
    tensors = {CENTRE: torch.from_numpy(fitted.centre)}
    if fitted.network is None:
        return tensors
    for name, tensor in fitted.network.state_dict().items():
        stored = name.replace(HIDDEN_LAYER, STORED_LAYER, 1)
        tensors[NETWORK + stored] = tensor.detach().cpu().contiguous()
    return tensors


def _network(tensors: dict[str, torch.Tensor], classes: int) -> GuidedEncoder:
    state = {k.removeprefix(NETWORK).replace(STORED_LAYER, HIDDEN_LAYER, 1): v for k, v in tensors.items()}
    hidden, width = state[f"{HIDDEN_LAYER}weight"].shape
    network = GuidedEncoder(width, hidden, classes)
    network.load_state_dict(state)
    return network.requires_grad_(False).eval()
