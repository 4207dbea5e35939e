"""Numbers with their nouns, as a person writes them."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number and its noun: "1 label", "2 labels", "1,200 texts", "3 lenses", "0 classes".

    Parameters
    ----------
    number : int
    noun : str
        For one of them.
    plural : str
        For any other number, where it is not the noun with an "s", or after a hiss with "es".
    """
    several = plural or noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")
    return f"{number:,} {noun if number == 1 else several}"
