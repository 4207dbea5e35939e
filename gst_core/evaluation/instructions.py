"""What an analyst would type for a facet: an instruction, and classes as words."""

from collections.abc import Iterable

INSTRUCTIONS = {
    ("ag_news", "topic"): "What is the news about?",
    ("banking77", "intent"): "What does the customer of the bank want?",
    ("clinc150", "domain"): "What does the request have to do with?",
    ("clinc150", "intent"): "What does the user want?",
    ("product_reviews", "product"): "What kind of product is reviewed?",
    ("product_reviews", "sentiment"): "How does the customer feel about the product?",
    ("tweet_emotion", "emotion"): "What does the writer feel?",
}


def instruction_of(dataset: str, facet: str) -> str:
    """Return the instruction of a facet; of one that is not known, a question with its name."""
    return INSTRUCTIONS.get((dataset, facet), f"What is the {facet.replace('_', ' ')}?")


def readable_names(classes: Iterable[str]) -> dict[str, str]:
    """Return each class and its name with blanks for underscores, no two the same."""
    names: dict[str, str] = {}
    for name in classes:
        plain = name.replace("_", " ")
        names[name] = plain if plain not in names.values() else name
    return names
