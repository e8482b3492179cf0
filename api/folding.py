"""Words brought to one spelling before they are stored for search and before they are asked for.

Arabic: hamza carriers, teh marbuta, alef maksura, the Tunisian qaf, diacritics and the article; French: case
and accents. Both sides of a search go through here, so SQLite and PostgreSQL find the same.
"""

import re
import unicodedata

_LETTERS = str.maketrans(
    {
        "\u0622": "\u0627",  # alef with madda
        "\u0623": "\u0627",  # alef with hamza above
        "\u0625": "\u0627",  # alef with hamza below
        "\u0671": "\u0627",  # alef wasla
        "\u0624": "\u0648",  # waw with hamza
        "\u0626": "\u064a",  # yeh with hamza
        "\u0649": "\u064a",  # alef maksura
        "\u0629": "\u0647",  # teh marbuta
        "\u06a8": "\u0642",  # Tunisian hard g, written for qaf
        "\u0640": None,  # tatweel
    }
)
_WORD = re.compile(r"\w+")
# "and the", "with the", "like the", "for the", "the": only before a word long enough to stand alone.
_ARTICLE = re.compile("^(?:[\u0648\u0628\u0641\u0643]?\u0627\u0644|\u0644\u0644)(?=\\w{3})")
_PLURAL = re.compile(r"(?<=[a-z]{3})[sx]$")


def fold(text: str) -> str:
    """`text` in one spelling, words separated by one space."""
    return " ".join(_WORD.findall(_spelling(text)))


def tokens(text: str) -> list[str]:
    """The words of `text` in one spelling, without article or plural mark, for full-text search."""
    return [_PLURAL.sub("", _ARTICLE.sub("", word)) for word in fold(text).split()]


def _spelling(text: str) -> str:
    # Letters first: decomposing would split the hamza from its carrier and drop it as an accent anyway.
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS)).casefold()
    kept = "".join(char for char in decomposed if not unicodedata.combining(char))
    return kept.translate(_LETTERS)
