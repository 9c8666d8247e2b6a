"""Encoder files against BERT in float64: small random models in every shape of file, all-MiniLM-L6-v2, and what is refused."""
import json
import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from encoders import MINILM, make, rows, tokens
from project import run
from small_bert import CONFIG, WORDS, Bert, write_model

TEXTS = ["", "a", "unwanted, running", "b c d e f g h i 1 2 3 . - !", "Ü ü want-wa LOW lowest", "a b c " * 30, "\u65e5\u672c x", "abcde " * 3]
PAIRS = [("a b", "c d e"), ("", ""), ("unwanted", "a b c d " * 20), ("low " * 30, "runn running"), ("e", "")]
DATA, USAGE, IO = 3, 2, 5  # exit statuses

SENTENCES = [
    "That is a happy person", "wireless bluetooth headphones with noise cancelling", "Red running shoes for women, size 8", "", "a",
    "30-Minute Gentle Yoga Flow", "Naïve café résumé — ÀÉÎÕÜ ñ ç ß", "日本語のテキスト and 中文字符", "don't won't can't it's",
    "1,234.56 USD (≈ 1.100 €) 50% off!!!", "emoji 😀 🏋️‍♀️ and symbols ™ ® ½", "  leading and   multiple\tspaces\nand newline ",
    "WHITE HANGING HEART T-LIGHT HOLDER", " ".join(f"The quick brown fox jumps over the lazy dog number {k}." for k in range(40)),
]


def cosines(got, wanted):
    wanted = np.array(wanted)
    return (got * wanted).sum(1) / np.linalg.norm(wanted, axis=1) / np.linalg.norm(got, axis=1)


def expected_embeddings(folder, ids):
    bert = Bert(folder)
    return [bert.embed(np.array(one)) for one in ids]


SHAPES = {
    "usual": {},
    "odd": {"hidden_size": 45, "num_attention_heads": 3, "intermediate_size": 71, "num_hidden_layers": 3},
    "one head": {"num_attention_heads": 1, "num_hidden_layers": 1, "layer_norm_eps": 1e-5},
    "one type": {"type_vocab_size": 1},
    "padded vocabulary": {"vocab_size": len(WORDS) + 9},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_embeddings(tmp_path, shape):
    write_model(tmp_path / "model", CONFIG | SHAPES[shape])
    encoder = make(tmp_path / "model", tmp_path / "encoder")
    ids = tokens(encoder, tmp_path, TEXTS)
    assert ids[2] == [WORDS.index(w) for w in "[CLS] un ##want ##ed , runn ##ing [SEP]".split()]
    wanted = expected_embeddings(tmp_path / "model", ids)
    got = rows(encoder, tmp_path, TEXTS)
    assert cosines(got, wanted).min() > 0.9999999
    assert np.abs(got - wanted).max() < 3e-6
    small = make(tmp_path / "model", tmp_path / "encoder8", bits=8)
    assert cosines(rows(small, tmp_path, TEXTS), wanted).min() > 0.999


@pytest.mark.parametrize("labels,prefix", [(1, "bert."), (3, "bert."), (2, "")])
def test_cross_encoder(tmp_path, labels, prefix):
    """The logits of a classifier, as in ms-marco-MiniLM-L-6-v2."""
    write_model(tmp_path / "model", labels=labels, prefix=prefix, seed=labels)
    encoder = make(tmp_path / "model", tmp_path / "encoder")
    bert, wanted = Bert(tmp_path / "model"), []
    for ids in tokens(encoder, tmp_path, PAIRS, pairs=True):
        assert len(ids) <= CONFIG["max_position_embeddings"] and ids.count(3) == 2
        wanted.append(bert.logits(np.array(ids), ids.index(3) + 1))
    got = rows(encoder, tmp_path, PAIRS, pairs=True)
    assert got.shape == (len(PAIRS), labels)
    assert np.abs(got - wanted).max() < 1e-5
    assert np.ptp(got, axis=0).min() > 0.05, "the pairs do not differ, so that the test says nothing"
    small = make(tmp_path / "model", tmp_path / "encoder8", bits=8)
    assert np.abs(rows(small, tmp_path, PAIRS, pairs=True) - wanted).max() < 0.1


def test_an_encoder_without_classifier_scores_no_pairs(tmp_path):
    write_model(tmp_path / "model")
    encoder = make(tmp_path / "model", tmp_path / "encoder")
    (tmp_path / "pairs").write_text("a\tb\n")
    assert "no classifier" in run("embed", encoder, tmp_path / "pairs", "--pairs", "--out", tmp_path / "o", status=2).stderr


def test_half_precision(tmp_path):
    """Weights in float16 are read as they are."""
    write_model(tmp_path / "model", change=lambda weights: {name: w.astype(np.float16) for name, w in weights.items()})
    encoder = make(tmp_path / "model", tmp_path / "encoder")
    wanted = expected_embeddings(tmp_path / "model", tokens(encoder, tmp_path, TEXTS))
    assert cosines(rows(encoder, tmp_path, TEXTS), wanted).min() > 0.9999999


def test_old_names_of_norms(tmp_path):
    rename = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}

    def old(weights):
        return {next((name.replace(a, b) for a, b in rename.items() if a in name), name): w for name, w in weights.items()}

    write_model(tmp_path / "new")
    write_model(tmp_path / "old", change=old)
    assert make(tmp_path / "new", tmp_path / "a").read_bytes() == make(tmp_path / "old", tmp_path / "b").read_bytes()


def test_same_bytes_for_any_number_of_threads(tmp_path):
    write_model(tmp_path / "model")
    rng = np.random.default_rng(3)
    texts = [" ".join(rng.choice(WORDS[5:], rng.integers(0, 30))) for _ in range(700)]
    for bits in (32, 8, 4):
        encoder = make(tmp_path / "model", tmp_path / f"encoder{bits}", bits)
        assert encoder.read_bytes() == make(tmp_path / "model", tmp_path / "again", bits).read_bytes()
        one = rows(encoder, tmp_path, texts, threads=1)
        assert np.array_equal(one, rows(encoder, tmp_path, texts, threads=5))
        assert np.array_equal(one[::-1], rows(encoder, tmp_path, texts[::-1], threads=2))


def test_pooling_and_length_are_heeded(tmp_path):
    model = tmp_path / "model"
    write_model(model)
    (model / "sentence_bert_config.json").write_text('{"max_seq_length": 9, "do_lower_case": false}')
    (model / "modules.json").write_text(json.dumps([{"path": "", "type": "sentence_transformers.models.Transformer"}, {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]))
    assert "1_Pooling/config.json: is missing" in run("encoder", model, "--out", tmp_path / "e", status=IO).stderr
    (model / "1_Pooling").mkdir()
    (model / "1_Pooling/config.json").write_text('{"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": false}')
    encoder = make(model, tmp_path / "encoder")
    assert max(map(len, tokens(encoder, tmp_path, TEXTS))) == 9
    (model / "1_Pooling/config.json").write_text('{"pooling_mode_mean_tokens": false, "pooling_mode_cls_token": true}')
    assert "mean" in run("encoder", model, "--out", tmp_path / "e", status=DATA).stderr


# --- refusals: each names the file, and the tensor where there is one ---


def refused(tmp_path, *words, status=DATA, bits=8):
    message = run("encoder", tmp_path / "model", "--out", tmp_path / "encoder", "--bits", bits, status=status).stderr
    assert message.count("\n") == 1
    for word in words:
        assert word in message, message
    assert not (tmp_path / "encoder").exists()


@pytest.mark.parametrize("missing", ["config.json", "vocab.txt", "model.safetensors"])
def test_missing_files(tmp_path, missing):
    write_model(tmp_path / "model")
    (tmp_path / "model" / missing).unlink()
    refused(tmp_path, missing, status=IO)


def test_truncated_weights(tmp_path):
    write_model(tmp_path / "model")
    path = tmp_path / "model/model.safetensors"
    whole = path.read_bytes()
    for size in (0, 7, 8, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        refused(tmp_path, "model.safetensors", "truncated")
    refused(tmp_path, "tensor ")


NAMES = ["encoder.layer.1.output.dense.weight", "encoder.layer.0.attention.self.key.bias", "embeddings.word_embeddings.weight", "embeddings.LayerNorm.bias"]


@pytest.mark.parametrize("name", NAMES)
def test_wrong_tensors(tmp_path, name):
    write_model(tmp_path / "model", change=lambda w: w.pop(name) is None)
    refused(tmp_path, "model.safetensors", name, "is not there")
    write_model(tmp_path / "model", change=lambda w: w | {name: np.ascontiguousarray(w[name][:-1])})
    refused(tmp_path, "model.safetensors", name)
    write_model(tmp_path / "model", change=lambda w: w | {name: w[name].astype(np.float64)})
    refused(tmp_path, "model.safetensors", name, "F32")
    write_model(tmp_path / "model", change=lambda w: w | {name: np.where(np.arange(w[name].size).reshape(w[name].shape) == 5, np.nan, w[name]).astype(np.float32)})
    refused(tmp_path, "model.safetensors", name, "finite")


def test_vocabularies(tmp_path):
    write_model(tmp_path / "model", words=WORDS[:-1] + ["un"])
    refused(tmp_path, "vocab.txt", '"un"', "5 and")
    write_model(tmp_path / "model", words=WORDS + ["more"])
    refused(tmp_path, "word_embeddings", "vocabulary of")
    for token in ("[CLS]", "[SEP]", "[UNK]"):
        write_model(tmp_path / "model", words=[w if w != token else "x" + w for w in WORDS])
        refused(tmp_path, token)


@pytest.mark.parametrize("key,value", [("model_type", "roberta"), ("hidden_act", "relu"), ("position_embedding_type", "relative_key"), ("num_attention_heads", 5), ("hidden_size", "big"), ("layer_norm_eps", 0), ("num_hidden_layers", 10**9)])
def test_configurations(tmp_path, key, value):
    write_model(tmp_path / "model")
    (tmp_path / "model/config.json").write_text(json.dumps(CONFIG | {key: value}))
    refused(tmp_path, "config.json", key)


def test_damaged_encoder_files(tmp_path):
    write_model(tmp_path / "model")
    encoder = make(tmp_path / "model", tmp_path / "encoder", bits=8)
    whole = encoder.read_bytes()
    (tmp_path / "texts").write_text("a\n")
    for size in (0, 8, 300, len(whole) - 1):
        encoder.write_bytes(whole[:size])
        assert run("embed", encoder, tmp_path / "texts", "--out", tmp_path / "o", status=DATA).stderr.count("\n") == 1
    encoder.unlink()
    run("embed", encoder, tmp_path / "texts", "--out", tmp_path / "o", status=IO)


def test_the_file_is_plain_safetensors(tmp_path):
    weights = write_model(tmp_path / "model")
    plain, small = load_file(make(tmp_path / "model", tmp_path / "a")), load_file(make(tmp_path / "model", tmp_path / "b", bits=8))
    key = weights["encoder.layer.1.attention.self.key.weight"]
    assert np.array_equal(plain["query_key_value.weight"].reshape(2, 3, 32, 32)[1, 1], key)
    scale = (small["query_key_value.scale"].astype(np.uint32) << 16).view(np.float32)
    read = small["query_key_value.weight"] * scale[:, None]
    assert np.abs(read.reshape(2, 3, 32, 32)[1, 1] - key).max() <= np.abs(key).max() / 127 * 0.51


# --- the real model ---


@pytest.fixture(scope="module")
def minilm(tmp_path_factory):
    assert MINILM.exists(), f"all-MiniLM-L6-v2 is not in {MINILM}; ./dev test installs it, PR_MINILM names another place"
    return tmp_path_factory.mktemp("minilm")


@pytest.mark.parametrize("bits,least,most_bytes", [(32, 0.999999, 91_000_000), (8, 0.993, 23_000_000), (4, 0.97, 15_100_000)])
def test_minilm(minilm, bits, least, most_bytes):
    encoder = make(MINILM, minilm / f"encoder{bits}", bits)
    assert encoder.stat().st_size <= most_bytes
    ids = tokens(encoder, minilm, SENTENCES)
    assert ids[0] == [101, 2008, 2003, 1037, 3407, 2711, 102] and len(ids[-1]) == 256
    assert cosines(rows(encoder, minilm, SENTENCES), expected_embeddings(MINILM, ids)).min() > least


def test_minilm_from_vocab_txt(minilm, tmp_path):
    """The vocabulary as lines gives the same file as tokenizer.json."""
    shutil.copytree(MINILM, tmp_path / "model")
    (tmp_path / "model/tokenizer.json").unlink()
    assert make(tmp_path / "model", tmp_path / "a", 8).read_bytes() == make(MINILM, tmp_path / "b", 8).read_bytes()
