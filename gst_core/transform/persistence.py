"""Saving and loading a transform: numbers as safetensors, the rest as JSON, nothing that could run code."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from gst_core.errors import TransformError
from gst_core.transform.network import GuidedEncoder

if TYPE_CHECKING:
    from gst_core.transform.estimator import GuidedSpaceTransform

WEIGHTS, ABOUT = "transform.safetensors", "transform.json"
FORMAT = 4


def save_transform(transform: "GuidedSpaceTransform", folder: str | os.PathLike[str]) -> None:
    """Write a fitted transform into a folder, which is created when it is not there."""
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    tensors = {"centre": torch.from_numpy(transform.centre_)}
    if transform.network_ is not None:
        tensors |= {f"network.{k}": v.detach().cpu().contiguous() for k, v in transform.network_.state_dict().items()}
    about = {
        "format": FORMAT,
        "parameters": transform.get_params(),
        "classes": transform.classes_.tolist(),
        "evidence": transform.evidence_,
        "seen": transform.seen_,
        "label_counts": transform.label_counts_.tolist(),
        "n_features_in": transform.n_features_in_,
        "columns": getattr(transform, "feature_names_in_", np.array([])).tolist(),
    }
    save_file(tensors, path / WEIGHTS)
    (path / ABOUT).write_text(json.dumps(about, indent=2, ensure_ascii=False), encoding="utf-8")


def load_transform(cls: "type[GuidedSpaceTransform]", folder: str | os.PathLike[str]) -> "GuidedSpaceTransform":
    """Read what `save_transform` wrote.

    Raises
    ------
    TransformError
        The folder holds no transform, or one that is damaged or from a newer version.
    """
    path = Path(folder)
    try:
        about = json.loads((path / ABOUT).read_text(encoding="utf-8"))
        tensors = load_file(path / WEIGHTS)
        if about["format"] != FORMAT:
            raise TransformError(f"{path} was saved by another version of GST Studio. Fit and save it again.")
        transform = cls(**about["parameters"])
        transform.n_features_in_ = about["n_features_in"]
        if columns := about.get("columns"):
            transform.feature_names_in_ = np.array(columns, dtype=object)
        transform.classes_ = np.array(about["classes"] or [], dtype=None if about["classes"] else str)
        transform.evidence_ = float(about["evidence"])
        transform.seen_ = tuple(int(width) for width in about["seen"])
        transform.label_counts_ = np.array(about["label_counts"], dtype=np.int64)
        transform.centre_ = tensors.pop("centre").numpy()
        transform.network_ = _network(tensors, len(transform.classes_)) if tensors else None
    except FileNotFoundError:
        raise TransformError(f"{path} holds no transform: {ABOUT} or {WEIGHTS} is missing.") from None
    except (OSError, KeyError, TypeError, ValueError, RuntimeError, SafetensorError) as error:
        if isinstance(error, TransformError):
            raise
        raise TransformError(f"The transform in {path} is damaged ({error}). Export it again.") from error
    return transform


def _network(tensors: dict[str, torch.Tensor], classes: int) -> GuidedEncoder:
    state = {k.removeprefix("network."): v for k, v in tensors.items()}
    hidden, width = state["units.weight"].shape
    network = GuidedEncoder(width, hidden, classes)
    network.load_state_dict(state)
    return network.requires_grad_(False).eval()
