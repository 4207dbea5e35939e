"""Training the encoder-decoder on beliefs.

Contrastive and class losses apply where something is believed, the reconstruction loss everywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from gst_core.errors import Cancelled
from gst_core.transform.expansion import Beliefs
from gst_core.transform.losses import reconstruction_loss, soft_class_loss, soft_contrastive_loss
from gst_core.transform.network import EncoderDecoder


@dataclass(frozen=True)
class TrainingPlan:
    """Numbers of the training loop.

    Attributes
    ----------
    steps, batch : int
    learning_rate : float
    temperature : float
        Of the contrastive loss.
    reconstruction : float
        Weight of the reconstruction loss against the contrastive one.
    """

    steps: int
    batch: int
    learning_rate: float
    temperature: float
    reconstruction: float


def train(
    network: EncoderDecoder,
    X: NDArray[np.float32],
    beliefs: Beliefs,
    plan: TrainingPlan,
    seed: int,
    device: torch.device,
    cancelled: Callable[[], bool],
) -> list[float]:
    """Train the network in place.

    Parameters
    ----------
    network : EncoderDecoder
    X : ndarray of shape (n, d), float32
        Centred embeddings with unit rows.
    beliefs : Beliefs
        For the n rows; at least one has a weight above 0.
    plan : TrainingPlan
    seed : int
        Decides which rows a step sees.
    device : torch.device
    cancelled : callable
        Asked before every step.

    Returns
    -------
    list of float
        The loss at every step.

    Raises
    ------
    Cancelled
        `cancelled` returned True.
    """
    generator = np.random.default_rng(seed)
    believed = np.flatnonzero(beliefs.weight > 0)
    chances = _chances(beliefs, believed)
    optimiser = torch.optim.AdamW(network.parameters(), lr=plan.learning_rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, plan.learning_rate, total_steps=plan.steps)
    losses = []
    network.train()
    for _ in range(plan.steps):
        if cancelled():
            raise Cancelled("The fit was superseded by a newer one.")
        taught = generator.choice(believed, size=plan.batch, p=chances)
        others = generator.integers(0, len(X), size=plan.batch)
        rows = np.concatenate([taught, others])
        batch = torch.from_numpy(X[rows]).to(device)
        probabilities = torch.from_numpy(beliefs.probabilities[taught]).to(device)
        weight = torch.from_numpy(beliefs.weight[taught]).to(device)
        code = network.encode(batch)
        anchors = code[: plan.batch]
        loss = (
            soft_contrastive_loss(anchors, probabilities, weight, plan.temperature)
            + soft_class_loss(network.logits(anchors), probabilities, weight)
            + plan.reconstruction * reconstruction_loss(network.decode(code), batch)
        )
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
        losses.append(float(loss.detach()))
    network.eval()
    return losses


def _chances(beliefs: Beliefs, believed: NDArray[np.int64]) -> NDArray[np.float64]:
    """Draw classes evenly, and within a class as often as its rows are believed."""
    winner = beliefs.probabilities[believed].argmax(axis=1)
    weight = beliefs.weight[believed].astype(np.float64)
    per_class = np.bincount(winner, weights=weight, minlength=beliefs.probabilities.shape[1])
    chances = weight / per_class[winner]
    return chances / chances.sum()
