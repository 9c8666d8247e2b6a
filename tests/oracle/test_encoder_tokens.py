"""Token ids against the library `tokenizers`, over texts of all scripts."""
import json
import random

import pytest
from tokenizers import AddedToken, Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import BertProcessing

from encoders import MINILM, make, tokens
from small_bert import CONFIG, write_model

BLOCKS = [(0x20, 0x7F), (0x80, 0x250), (0x250, 0x370), (0x370, 0x530), (0x530, 0x700), (0x700, 0x1000), (0x1000, 0x1400), (0x1400, 0x2000), (0x2000, 0x2C00), (0x2C00, 0x3100), (0x3100, 0x4E10), (0x4E00, 0xA000),
          (0xA000, 0xAC10), (0xAC00, 0xD800), (0xE000, 0x10000), (0x10000, 0x20000), (0x1F000, 0x20000), (0x20000, 0x32000), (0x300, 0x370), (0, 0x21)]
AWKWARD = ["", " ", "[CLS]", "[MASK][SEP]x[unused1]", "[UNK]", "[sep]", "a" * 100, "a" * 101, "é" * 100, "é" * 101, "각" * 33, "각" * 34, "각" * 50, "İstanbul ıI ΣΑΣ ẞß", "a\u0301\u200d\u0000b\ufffdc\u00adx",
           "\u2028line\u2029\x0b\x0c\x85end", "ﬁ ① ½ ™ ㍿ \U0001d15e\U0001f3cb\ufe0f\u200d\u2640", "\u1100\u1161\u11a8 각", "x\U000e0041y", "豈更車賈滑", "\u037e\u1fef\u2000"]


def random_texts(words, count, seed):
    draw = random.Random(seed)

    def text():
        kind = draw.random()
        if kind < 0.25:
            block = draw.choice(BLOCKS)
            return "".join(chr(draw.randrange(*block)) for _ in range(draw.randrange(1, 40)))
        if kind < 0.5:
            return "".join(chr(draw.randrange(*draw.choice(BLOCKS))) for _ in range(draw.randrange(1, 60)))
        if kind < 0.75:
            return "".join(draw.choice(words).replace("##", "") + draw.choice(["", " ", "-", ".", "\u0301", "[SEP]", "\t", "\u200d"]) for _ in range(draw.randrange(1, 60)))
        if kind < 0.9:
            return " ".join(draw.choice(words).upper() for _ in range(draw.randrange(1, 300)))
        return "".join(draw.choice("aAéÉİıßſΣσςﬁ①Å각ㅏ\u1100\u0307x1,[]CLSMASK# ") for _ in range(draw.randrange(1, 150)))

    return [text() for _ in range(count)] + AWKWARD


def compare(library, encoder, work, seed, count):
    words = list(library.get_vocab())
    texts = random_texts(words, count, seed)
    wanted = [coded.ids for coded in library.encode_batch(texts)]
    assert len({tuple(ids) for ids in wanted}) > count / 2
    for text, ours, theirs in zip(texts, tokens(encoder, work, texts), wanted, strict=True):
        assert ours == theirs, ascii(text)
    pairs = list(zip(texts[::2], texts[1::2]))
    wanted = [coded.ids for coded in library.encode_batch(pairs)]
    for pair, ours, theirs in zip(pairs, tokens(encoder, work, pairs, pairs=True), wanted, strict=True):
        assert ours == theirs, ascii(pair)


def test_minilm(tmp_path):
    assert MINILM.exists(), f"all-MiniLM-L6-v2 is not in {MINILM}; ./dev test installs it, PR_MINILM names another place"
    library = Tokenizer.from_file(str(MINILM / "tokenizer.json"))
    library.enable_truncation(256)
    library.no_padding()
    compare(library, make(MINILM, tmp_path / "encoder", 8), tmp_path, 1, 20_000)


LETTERS = [chr(c) for c in [*range(0x21, 0x7F), *range(0xC0, 0x180), *range(0x391, 0x3CA), *range(0x410, 0x450), 0x307, 0x301, 0x65E5, 0x1100, 0x1161, 0x11A8, 0xAC01, 0x915, 0x93F]]


@pytest.mark.parametrize("lower", [True, False])
@pytest.mark.parametrize("strip", [None, True, False])
@pytest.mark.parametrize("ideographs", [True, False])
def test_every_setting(tmp_path, lower, strip, ideographs):
    """tokenizer.json as the library writes it, in all eight ways a text can be made ready, with a word of at most 20 characters."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *LETTERS, *("##" + letter for letter in LETTERS), 'q"\\u', "un", "want", "##ed"]
    model = WordPiece({word: i for i, word in enumerate(words)}, unk_token="[UNK]", max_input_chars_per_word=20)
    library = Tokenizer(model)
    library.normalizer = BertNormalizer(clean_text=True, handle_chinese_chars=ideographs, strip_accents=strip, lowercase=lower)
    library.pre_tokenizer = BertPreTokenizer()
    library.post_processor = BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    library.add_special_tokens([AddedToken(word, special=True, normalized=False) for word in words[:5]])
    library.add_special_tokens([AddedToken("<new>", special=True, normalized=False)])
    config = CONFIG | {"vocab_size": len(words) + 1}
    write_model(tmp_path / "model", config)
    (tmp_path / "model/vocab.txt").unlink()
    library.save(str(tmp_path / "model/tokenizer.json"))
    library.enable_truncation(config["max_position_embeddings"])
    encoder = make(tmp_path / "model", tmp_path / "encoder")
    assert tokens(encoder, tmp_path, ["un<new>ed"])[0][2] == len(words)
    compare(library, encoder, tmp_path, 7, 2000)


def test_tokenizer_json_that_is_refused(tmp_path):
    from project import run

    write_model(tmp_path / "model", CONFIG | {"vocab_size": 6})
    path = tmp_path / "model/tokenizer.json"
    right = {"model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "a": 4, "b": 5}},
             "normalizer": {"type": "BertNormalizer", "clean_text": True}, "pre_tokenizer": {"type": "BertPreTokenizer"}}
    write = lambda **parts: path.write_text(json.dumps(right | parts))
    write()
    make(tmp_path / "model", tmp_path / "encoder")
    (tmp_path / "encoder").unlink()
    vocab = lambda **change: write(model=right["model"] | {"vocab": right["model"]["vocab"] | change})
    wrong = [lambda: vocab(b=4), lambda: vocab(b=7), lambda: vocab(b=-1), lambda: vocab(b="5"), lambda: write(model={"type": "BPE", "vocab": {"a": 0}}),
             lambda: write(normalizer={"type": "Lowercase"}), lambda: write(pre_tokenizer={"type": "ByteLevel"}), lambda: path.write_text(json.dumps(right)[:-40]),
             lambda: path.write_text("[]"), lambda: path.write_text(json.dumps(right).replace('"b": 5', '"a": 5')),
             lambda: write(added_tokens=[{"id": 4, "content": "a", "lstrip": True}]), lambda: write(added_tokens=[{"id": 9, "content": "z"}])]
    for change in wrong:
        change()
        message = run("encoder", tmp_path / "model", "--out", tmp_path / "encoder", status=3).stderr
        assert "tokenizer.json" in message and message.count("\n") == 1, message
