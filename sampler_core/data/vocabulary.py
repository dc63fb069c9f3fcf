"""The words of a kind of data: sources of a mixture are drawn by as classes are, and have names of their own.

The one contract here: a text is written once, in the words of classes. A vocabulary says it in other words, and says
what it has said once more unchanged; names of the data stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache


@dataclass(frozen=True)
class Vocabulary:
    """Text in the words of classes -> the same in other words, when called.

    words: (word or phrase, what to say instead), in lower case; a capital letter at the beginning stays one. kept:
    names of the data, which are left as they are.

    Examples:
        >>> SOURCE_WORDS("Repeats of the rarest class")
        'Passes over the smallest source'
        >>> SOURCE_WORDS.keeping(["first class"])("The share of first class is that of a class.")
        'The share of first class is that of a source.'
    """

    words: tuple[tuple[str, str], ...] = ()
    kept: tuple[str, ...] = field(default=(), repr=False)

    def __call__(self, text: str) -> str:
        return self._pattern.sub(self._said_instead, text) if self.words else text

    def keeping(self, names: Iterable[object]) -> Vocabulary:
        """The same, but for these names, wherever they stand in a text."""
        return _keeping(self, tuple(names)) if self.words else self

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted((phrase for phrase, _ in self.words), key=len, reverse=True)
        phrases = "|".join(map(re.escape, longest_first))
        names = [f"(?:{re.escape(name)})" for name in sorted(self.kept, key=len, reverse=True)]
        return re.compile("|".join([*names, rf"(?i:(?<![\w-])(?P<phrase>{phrases})(?![\w-]))"]))

    @cached_property
    def _instead(self) -> dict[str, str]:
        return dict(self.words)

    def _said_instead(self, match: re.Match[str]) -> str:
        if (phrase := match["phrase"]) is None:
            return match[0]
        instead = self._instead[phrase.lower()]
        return instead[0].upper() + instead[1:] if phrase[0].isupper() else instead


@lru_cache(64)
def _keeping(vocabulary: Vocabulary, names: tuple[object, ...]) -> Vocabulary:
    said_otherwise = (name for name in map(str, names) if vocabulary(name) != name)
    return replace(vocabulary, kept=(*vocabulary.kept, *said_otherwise))


CLASS_WORDS = Vocabulary()
SOURCE_WORDS = Vocabulary((
    ("class", "source"), ("classes", "sources"), ("class's", "source's"),
    ("class imbalance", "size ratio"), ("class counts", "source sizes"), ("class count", "source size"),
    ("class-balanced", "uniform"), ("class weight", "sample weight"), ("class weights", "sample weights"),
    ("rarest", "smallest"), ("rarer", "smaller"),
    ("repeats", "passes"), ("repeats of", "passes over"),
    ("as many as the data has samples", "so many that the run draws as many as there are, up to 1,000,000,000"),
))  # fmt: skip
