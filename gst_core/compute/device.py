"""The one place that decides where tensors live, and who computes neighbours and layouts."""

import torch

from gst_core.compute.gpu import Accelerator, installed_library
from gst_core.errors import TransformError


def pick_device(device: str = "auto") -> torch.device:
    """Return the device to compute on.

    Parameters
    ----------
    device : str
        "auto" takes CUDA, then Apple's MPS, then the CPU; any other value is a PyTorch device name.

    Returns
    -------
    torch.device

    Raises
    ------
    TransformError
        The device does not exist here.
    """
    if device == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        chosen = torch.device(device)
        torch.zeros(1, device=chosen).cpu()  # some take numbers and give none back
    except (RuntimeError, AssertionError, TypeError, ValueError) as error:
        raise TransformError(f"The device “{str(device)[:80]}” cannot be used here. Choose “auto” or “cpu”.") from error
    return chosen


def pick_accelerator(device: str = "auto") -> Accelerator | None:
    """Return what computes neighbours and layouts on a device, or None where the CPU does.

    The CPU does without CUDA (on Apple's MPS the transform alone moves), and where neither library is installed.

    Parameters
    ----------
    device : str
        As for `pick_device`.

    Raises
    ------
    TransformError
        The device does not exist here.
    """
    chosen = pick_device(device)
    library = installed_library() if chosen.type == "cuda" else None
    return None if library is None else Accelerator(chosen, library)
