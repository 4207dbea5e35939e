"""What the views of a corpus are called where a person reads it, one word each."""

from collections.abc import Sequence

VIEWS = ("meaning", "tone", "wording")  # the encoder's embedding, one of its layers, the words as they are written
VIEWS_OF_OWN = ("your embeddings", "wording")


def view_words(seen: Sequence[int], *, own_embeddings: bool) -> tuple[str, ...]:
    """Return a word for each view that counts.

    Parameters
    ----------
    seen : sequence of int
        Their numbers among the corpus' views, from 0; see `gst_core.default_views`.
    own_embeddings : bool
        Whether the corpus came with embeddings.
    """
    known = VIEWS_OF_OWN if own_embeddings else VIEWS
    return tuple(known[number] for number in seen if 0 <= number < len(known))
