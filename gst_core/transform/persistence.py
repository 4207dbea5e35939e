"""Saving and loading what a fit found: numbers as safetensors, the rest as JSON, nothing that could run code."""

import json
import os
from collections.abc import Mapping
from operator import index
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from gst_core.compute import as_widths, check_views
from gst_core.encoding import LexicalView
from gst_core.errors import TransformError
from gst_core.transform.accuracy_report import report_from
from gst_core.transform.erasure import Erasure
from gst_core.transform.fitted import FittedTransform
from gst_core.transform.group_erasure import GroupErasure, below
from gst_core.transform.network import GuidedEncoder
from gst_core.transform.parameters import plain_parameters

WEIGHTS, ABOUT = "transform.safetensors", "transform.json"
FORMAT = 5
OLDER_FORMAT = 4  # without names of views: the encoder looks at the first or at all, and the first is kept
CENTRE, NETWORK = "centre", "network."
ERASURE, ERASED_GROUPS = "erasure.", "erased_groups."
STORED_LAYER = "units."  # what the file calls the hidden layer
HIDDEN_LAYER = "hidden_layer."
LARGEST_WEIGHT = 1e9  # far above those of any fit; the squares of an embedding's parts are finite below
ANY_TEXT = ("utf-8", "surrogatepass")  # half an emoji in a class name, too


def save_transform(fitted: FittedTransform, folder: str | os.PathLike[str]) -> None:
    """Write what a fit found into a folder, which is created when it is not there.

    Parameters
    ----------
    fitted : FittedTransform
    folder : path
        Gets `transform.safetensors` (float32 tensors ``centre``, ``network.*`` and ``erasure.*``) and
        `transform.json`, and where there is a lexical view what `LexicalView.save` writes.

    Raises
    ------
    OSError
        The folder cannot be written to.
    """
    path = _path(folder)
    path.mkdir(parents=True, exist_ok=True)
    about = {
        "format": FORMAT,
        "parameters": dict(fitted.parameters),
        "classes": fitted.classes.tolist(),
        "evidence": fitted.evidence,
        "widths": fitted.widths,
        "seen": fitted.seen,
        "kept": fitted.kept,
        "words_only": fitted.words_only,
        "sharpness": fitted.sharpness,
        "known_share": fitted.known_share,
        "report": fitted.report and fitted.report.as_dict(),
        "lexical": fitted.lexical is not None,
        "label_counts": fitted.label_counts.tolist(),
        "n_features_in": fitted.n_features_in,
        "columns": list(fitted.columns),
    }
    try:
        save_file(_tensors(fitted), path / WEIGHTS)
    except SafetensorError as error:  # which hides the system's own, of a full disk say
        raise OSError(f"{path / WEIGHTS} cannot be written: {error}") from error
    if fitted.lexical is None:
        LexicalView.remove(path)  # of a transform that lay there before
    else:
        fitted.lexical.save(path)
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
    path = _path(folder)
    try:
        about = json.loads((path / ABOUT).read_text(*ANY_TEXT))
        tensors = load_file(path / WEIGHTS)
        if about["format"] in (OLDER_FORMAT, FORMAT):
            return _fitted(about, tensors, LexicalView.load(path) if about.get("lexical") else None)
    except FileNotFoundError:
        raise TransformError(f"{path} holds no transform: {ABOUT} or {WEIGHTS} is missing.") from None
    except OSError as error:
        raise TransformError(f"The transform in {path} cannot be read: {error.strerror}.") from None
    except Exception as error:  # a damaged file lets many kinds through
        raise TransformError(f"The transform in {path} is damaged ({str(error)[:200]}). Export it again.") from error
    raise TransformError(f"{path} was saved by another version of GST Studio. Fit and save it again.")


def _path(folder: str | os.PathLike[str]) -> Path:
    try:
        return Path(folder)
    except TypeError:
        raise TransformError(f"{folder!r:.80} is not the path of a folder.") from None


def _fitted(about: dict[str, Any], tensors: dict[str, torch.Tensor], lexical: LexicalView | None) -> FittedTransform:
    """Put together what was read; errors of many kinds if it does not fit."""
    classes = about["classes"] or []
    if not all(t.dtype == torch.float32 and (t.abs() < LARGEST_WEIGHT).all() for t in tensors.values()):
        raise ValueError("its weights are no numbers, or far too large")
    centre = tensors.pop(CENTRE).numpy()
    arrays = {name: tensors.pop(name).numpy() for name in list(tensors) if name.startswith((ERASURE, ERASED_GROUPS))}
    network = _network(tensors, len(classes)) if tensors else None
    parameters, d = plain_parameters(about["parameters"]), index(about["n_features_in"])
    if about["format"] == OLDER_FORMAT:
        about |= {"widths": check_views(parameters["views"], d), "seen": range(len(as_widths(about["seen"])))}
    fitted = FittedTransform(
        parameters=parameters,
        classes=np.array(classes, dtype=None if classes else str),
        label_counts=np.array(about["label_counts"] or [], dtype=np.int64),
        evidence=float(about["evidence"]),
        centre=centre,
        n_features_in=d,
        columns=tuple(about.get("columns") or ()),
        network=network,
        widths=as_widths(about["widths"]),
        seen=tuple(map(index, about["seen"])),
        kept=tuple(map(index, about.get("kept", (0,)))),
        words_only=bool(about.get("words_only", False)),
        sharpness=float(about.get("sharpness", 1.0)),
        known_share=float(about.get("known_share", 1.0)),
        report=report_from(about["report"]) if about.get("report") else None,
        erasure=Erasure.of_arrays(below(arrays, ERASURE)) if arrays else None,
        erased_groups=tuple(GroupErasure.of_arrays(below(arrays, f"{ERASED_GROUPS}{i}.")) for i in _numbers(arrays)),
        lexical=lexical,
    )
    _check_fit(fitted)
    return fitted


def _check_fit(fitted: FittedTransform) -> None:
    """Compare the parts of a transform with each other."""
    n, d, network = len(fitted.classes), fitted.n_features_in, fitted.network
    fits = {
        "classes": fitted.classes.dtype.kind in "UifO" and len(set(fitted.classes.tolist())) == n,
        "label_counts": fitted.label_counts.shape == (n,) and (fitted.label_counts >= 0).all(),
        "evidence": np.isfinite(fitted.evidence) and fitted.evidence >= 0,
        "centre": fitted.centre.shape == (d,),
        "widths": sum(fitted.widths) == d,
        "lexical": fitted.lexical is None or fitted.lexical.width == fitted.widths[-1],
        "seen": _are_views(fitted.seen, fitted.widths),
        "kept": _are_views(fitted.kept, fitted.widths),
        "known_share": 0.0 <= fitted.known_share <= 1.0,
        "sharpness": np.isfinite(fitted.sharpness) and fitted.sharpness > 0,
        "report": fitted.report is None or len(fitted.report.classes) == n,
        "erasure": fitted.erasure is None or fitted.erasure.fits(fitted.widths),
        "erased_groups": _are_of_kept(fitted),
        "columns": len(fitted.columns) in (0, d) and all(isinstance(c, str) for c in fitted.columns),
        "network": network is None if not n else network is not None and _width(network) == _width_of(fitted),
    }
    wrong = [part for part, fit in fits.items() if not fit]
    if wrong:
        raise ValueError(f"its {wrong[0]} does not fit the rest")


def _are_views(numbers: tuple[int, ...], widths: tuple[int, ...]) -> bool:
    return bool(numbers) and list(numbers) == sorted(set(numbers) & set(range(len(widths))))


def _width_of(fitted: FittedTransform) -> int:
    return sum(fitted.widths[v] for v in fitted.seen if v < len(fitted.widths))


def _width(network: GuidedEncoder) -> int:
    return network.hidden_layer.in_features


def _tensors(fitted: FittedTransform) -> dict[str, torch.Tensor]:
    tensors = {CENTRE: torch.from_numpy(fitted.centre)}
    erased = [(f"{ERASED_GROUPS}{i}.", groups.arrays()) for i, groups in enumerate(fitted.erased_groups)]
    if fitted.erasure is not None:
        erased.append((ERASURE, fitted.erasure.arrays()))
    tensors |= {
        prefix + name: torch.from_numpy(np.ascontiguousarray(a))
        for prefix, arrays in erased
        for name, a in arrays.items()
    }
    if fitted.network is None:
        return tensors
    for name, tensor in fitted.network.state_dict().items():
        stored = name.replace(HIDDEN_LAYER, STORED_LAYER, 1)
        tensors[NETWORK + stored] = tensor.detach().cpu().contiguous()
    return tensors


def _numbers(arrays: Mapping[str, object]) -> range:
    """Return the numbers of the views whose groups are erased."""
    return range(len({name.split(".")[1] for name in arrays if name.startswith(ERASED_GROUPS)}))


def _are_of_kept(fitted: FittedTransform) -> bool:
    """Say whether groups are erased from the views that are kept, where something is left out, or from none."""
    if fitted.erasure is None or not fitted.erased_groups:
        return not fitted.erased_groups
    widths = [fitted.widths[v] for v in fitted.kept if v < len(fitted.widths)]
    groups = fitted.erased_groups
    return len(groups) == len(widths) and all(g.fits(w) for g, w in zip(groups, widths, strict=True))


def _network(tensors: dict[str, torch.Tensor], classes: int) -> GuidedEncoder:
    state = {k.removeprefix(NETWORK).replace(STORED_LAYER, HIDDEN_LAYER, 1): v for k, v in tensors.items()}
    hidden, width = state[f"{HIDDEN_LAYER}weight"].shape
    network = GuidedEncoder(width, hidden, classes)
    network.load_state_dict(state)
    return network.requires_grad_(False).eval()
