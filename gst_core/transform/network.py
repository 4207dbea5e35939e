"""The light encoder-decoder that sits on top of cached embeddings."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class EncoderDecoder(nn.Module):
    """A residual encoder, a decoder back to the embedding, and a class head on the code.

    The encoder is a linear map plus a small non-linear correction that starts at zero, so that an untrained code is a
    projection of the embedding and training moves it away from there only as far as the labels ask.

    Parameters
    ----------
    width : int
        Columns of the embeddings, d.
    code : int
        Columns of the code, k.
    hidden : int
        Units of the non-linear correction.
    classes : int
        Columns of the class head.
    basis : Tensor of shape (k, d)
        Where the linear map starts: the leading principal directions of the corpus.
    """

    def __init__(self, width: int, code: int, hidden: int, classes: int, basis: Tensor) -> None:
        super().__init__()
        self.linear = nn.Linear(width, code, bias=False)
        self.up = nn.Linear(width, hidden)
        self.down = nn.Linear(hidden, code, bias=False)
        self.decoder = nn.Linear(code, width)
        self.head = nn.Linear(code, classes)
        with torch.no_grad():
            self.linear.weight.copy_(basis)
            self.decoder.weight.copy_(basis.T)
            self.decoder.bias.zero_()
            self.down.weight.zero_()

    def encode(self, embeddings: Tensor) -> Tensor:
        """Return the code, shape (m, k), L2-normalised rows, of centred embeddings (m, d)."""
        code = self.linear(embeddings) + self.down(functional.gelu(self.up(embeddings)))
        return functional.normalize(code, dim=1)

    def decode(self, code: Tensor) -> Tensor:
        """Return embeddings (m, d), L2-normalised rows, guessed back from a code (m, k)."""
        return functional.normalize(self.decoder(code), dim=1)

    def logits(self, code: Tensor) -> Tensor:
        """Return the class head's scores, shape (m, classes)."""
        return self.head(code)
