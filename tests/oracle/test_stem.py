"""The core's English stemmer against Snowball's own (snowballstemmer): the words of our documents and thousands made
from stems and endings, so that every rule and region meets many words."""
import ctypes
import itertools
import os
import random
import re
import subprocess

import pytest
import snowballstemmer

from project import ROOT

BEGINNINGS = ["", "gener", "commun", "arsen", "h", "st", "y", "ey", "tr", "b", "inn", "out", "proc", "exc", "succ", "sk"]
MIDDLES = ["", "a", "y", "ee", "op", "ell", "ation", "abil", "ol", "ish", "ax", "ow", "at", "iz", "log", "ion", "ic"]
ENDINGS = ["", "s", "ss", "us", "sses", "ied", "ies", "eed", "eedly", "ed", "edly", "ing", "ingly", "y", "tional", "enci",
           "anci", "abli", "entli", "izer", "ization", "ational", "ation", "ator", "alism", "aliti", "alli", "fulness",
           "ousli", "ousness", "iveness", "iviti", "biliti", "bli", "ogi", "fulli", "lessli", "li", "alize", "icate",
           "iciti", "ical", "ful", "ness", "ative", "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement",
           "ment", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "sion", "tion", "e", "ll", "le", "yed", "ying"]
EXCEPTIONS = """skis skies dying lying tying idly gently ugly early only singly sky news howe atlas cosmos bias andes
    inning outing canning herring earring proceed exceed succeed proceeding exceeds succeeded""".split()


@pytest.fixture(scope="module")
def stem(tmp_path_factory):
    """core/src/base/stem.c as a shared library: a function from word to stem."""
    library = tmp_path_factory.mktemp("stem") / "libstem.so"
    sources = [ROOT / "core/src/base" / name for name in ("stem.c", "base.c")]
    compiler = os.environ.get("CC", "cc").split()
    includes = [f"-I{ROOT / 'core/include'}", f"-I{ROOT / 'core/src/base'}"]
    subprocess.run([*compiler, "-std=gnu11", "-O2", "-shared", "-fPIC", "-Wl,-z,lazy", *includes, "-o", str(library),
                    *map(str, sources)], check=True)
    function = ctypes.CDLL(str(library), mode=os.RTLD_LAZY).pr_stem
    function.restype, function.argtypes = ctypes.c_size_t, [ctypes.c_char_p, ctypes.c_size_t]

    def of(word):
        letters = ctypes.create_string_buffer(word.encode())
        size = function(letters, len(word.encode()))
        return letters.raw[:size].decode()

    return of


def made_words():
    words = {"".join(parts) for parts in itertools.product(BEGINNINGS, MIDDLES, ENDINGS)}
    letters = random.Random(20250430)
    for _ in range(20000):
        words.add("".join(letters.choices("aeiouybdglnrstwx", k=letters.randrange(1, 9))) + letters.choice(ENDINGS))
    return words - {""}


def written_words():
    """Words of the documents; PR_TEST_WORDS may name a further file of English text."""
    files = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
    if "PR_TEST_WORDS" in os.environ:
        files.append(os.environ["PR_TEST_WORDS"])
    return {word for file in files for word in re.findall("[a-z]+", open(file, encoding="utf-8").read().lower())}


@pytest.mark.parametrize("words", [EXCEPTIONS, made_words(), written_words()], ids=["exceptions", "made", "written"])
def test_stems_are_snowballs(stem, words):
    snowball = snowballstemmer.stemmer("english")
    different = {word: (stem(word), snowball.stemWord(word)) for word in sorted(words)
                 if stem(word) != snowball.stemWord(word)}
    assert len(words) > 20 and not different, dict(list(different.items())[:20])


@pytest.mark.parametrize("word", ["30", "x2s", "covid19s", "łódźs", "тренировки", "認証"])
def test_other_words_stay(stem, word):
    assert stem(word) == word
