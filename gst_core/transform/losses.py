"""The losses of the guided space transformation."""

import torch
from torch import Tensor
from torch.nn import functional

TINY = 1e-12


def soft_contrastive_loss(code: Tensor, beliefs: Tensor, weight: Tensor, temperature: float) -> Tensor:
    """Pull rows that are believed to share a class together and push the others apart.

    The supervised contrastive loss of Khosla et al. (2020, eq. 2, "outside" form), with the probability that two rows
    share a class, ``beliefs @ beliefs.T``, in the place of the indicator of equal labels.

    Parameters
    ----------
    code : Tensor of shape (m, k)
        L2-normalised rows.
    beliefs : Tensor of shape (m, classes)
        Rows of class probabilities; one-hot for labelled rows.
    weight : Tensor of shape (m,)
        How much each row counts as an anchor.
    temperature : float
        Smaller looks at the hardest neighbours more.

    Returns
    -------
    Tensor
        A scalar; 0 when no row has a partner.
    """
    similarity = code @ code.T / temperature
    itself = torch.eye(len(code), dtype=torch.bool, device=code.device)
    similarity = similarity.masked_fill(itself, -torch.inf)
    log_share = (similarity - torch.logsumexp(similarity, dim=1, keepdim=True)).masked_fill(itself, 0.0)
    partners = (beliefs @ beliefs.T).masked_fill(itself, 0.0) * weight[None, :]
    mass = partners.sum(dim=1)
    per_anchor = -(partners * log_share).sum(dim=1) / mass.clamp_min(TINY)
    anchor_weight = weight * (mass > TINY)
    return (per_anchor * anchor_weight).sum() / anchor_weight.sum().clamp_min(TINY)


def soft_class_loss(logits: Tensor, beliefs: Tensor, weight: Tensor) -> Tensor:
    """Return the weighted cross-entropy between the head's scores (m, classes) and class probabilities."""
    per_row = -(beliefs * functional.log_softmax(logits, dim=1)).sum(dim=1)
    return (per_row * weight).sum() / weight.sum().clamp_min(TINY)


def reconstruction_loss(decoded: Tensor, embeddings: Tensor) -> Tensor:
    """Return one minus the mean cosine similarity of decoded and true embeddings, both (m, d) with unit rows."""
    return 1.0 - (decoded * embeddings).sum(dim=1).mean()
