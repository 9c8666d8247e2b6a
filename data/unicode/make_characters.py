"""Writes core/src/encode/characters_data.c: what the tokenizer of BERT models knows of Unicode's characters.

    pip install tokenizers==0.23.3 && python data/unicode/make_characters.py > core/src/encode/characters_data.c

Models were trained on the tokens of the library `tokenizers`, whose tables come from several versions of Unicode. So it is
asked about each character, and a token id of ours is one of theirs; tests/oracle/test_encoder_tokens.py compares whole texts.
"""
import sys

import tokenizers
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

# The bits of a class: as in core/src/encode/characters.h.
REMOVED, SPACE, PUNCTUATION, MARK, IDEOGRAPH = 1, 2, 4, 8, 16
HANGUL = range(0xAC00, 0xD7A4)  # decomposed by arithmetic


def normalizer(**on):
    names = ("clean_text", "handle_chinese_chars", "strip_accents", "lowercase")
    return BertNormalizer(**{name: name in on for name in names}).normalize_str


def characters():
    return (c for c in range(0x110000) if not 0xD800 <= c < 0xE000)


def classes():
    clean, spaced = normalizer(clean_text=True), normalizer(handle_chinese_chars=True)
    strip, split = normalizer(strip_accents=True), BertPreTokenizer().pre_tokenize_str
    for c in characters():
        s = chr(c)
        cleaned = clean(s)
        kind = REMOVED if cleaned == "" else SPACE if cleaned == " " else 0
        kind |= PUNCTUATION * (len(split(f"a{s}a")) == 3) | MARK * (strip(s) == "") | IDEOGRAPH * (spaced(s) != s)
        yield c, kind


def varint(value):
    out = bytearray()
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out + bytes([value]))


def signed(value):
    return varint(value * 2 if value >= 0 else -value * 2 - 1)


def class_table():
    """Count; then for each run of equal classes: length, class."""
    runs, last = [], None
    for c, kind in classes():
        if kind != last:
            runs.append([c, kind])
            last = kind
    ends = [start for start, _ in runs[1:]] + [0x110000]
    return varint(len(runs)) + b"".join(varint(end - start) + bytes([kind]) for (start, kind), end in zip(runs, ends))


def decomposition_table():
    """Count of characters, count of targets; then for each: distance x 4 + targets, each target as a difference."""
    strip = normalizer(strip_accents=True)
    body, characters_there, targets, before, target = b"", 0, 0, 0, 0
    for c in characters():
        to = strip(chr(c))
        if c in HANGUL or to in ("", chr(c)):
            continue
        assert len(to) <= 3
        body += varint((c - before) * 4 + len(to))
        for t in map(ord, to):
            body += signed(t - target)
            target = t
        before, characters_there, targets = c, characters_there + 1, targets + len(to)
    return varint(characters_there) + varint(targets) + body


def lower_table():
    """Count; then for each run: distance of its first from the last of the run before, (length - 1) x 2 + (step - 1), offset.
    The one letter that becomes two (U+0130) is in the code."""
    lower = normalizer(lowercase=True)
    pairs = [(c, ord(lower(chr(c)))) for c in characters() if lower(chr(c)) != chr(c) and c != 0x130]
    runs = []
    for c, to in pairs:
        run = runs[-1] if runs else None
        if run and to - c == run[2] and c - run[1] in (1, 2) and run[3] in (0, c - run[1]):
            run[1], run[3] = c, c - run[1]
        else:
            runs.append([c, c, to - c, 0])
    body, before = b"", 0
    for first, last, offset, step in runs:
        step = step or 1
        body += varint(first - before) + varint((last - first) // step * 2 + step - 1) + signed(offset)
        before = last
    return varint(len(runs)) + body


def write(name, data):
    print(f"\nconst uint8_t pr__{name}[] = {{")
    for at in range(0, len(data), 19):
        print("    " + " ".join(f"0x{b:02x}," for b in data[at : at + 19]))
    print("};")
    print(name, len(data), file=sys.stderr)


print(f"/* Made by data/unicode/make_characters.py from tokenizers {tokenizers.__version__}; change that file instead. */")
print('#include "characters.h"\n\n/* clang-format off */')
write("character_classes", class_table())
write("decompositions", decomposition_table())
write("lower_cases", lower_table())
print("/* clang-format on */")
