"""Encoder files of four bits: what their tensors stand for by docs/bundle-format.md alone, and the network in float64 with those weights."""
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from encoders import MINILM, make, rows, tokens
from project import run
from small_bert import CONFIG, Bert, write_model
from test_encoder import PAIRS, SENTENCES, SHAPES, TEXTS, cosines, expected_embeddings

VALUES = np.array([-12, -9, -7, -5, -4, -3, -2, -1, 0, 1, 2, 3, 5, 7, 9, 12])
GROUP, USAGE = 32, 2


def nibbles(packed, count):
    """The first `count` of each row, the low half of a byte first."""
    return np.stack([packed & 15, packed >> 4], -1).reshape(len(packed), -1)[:, :count]


def matrix(tensors, name, columns):
    codes, multipliers = nibbles(tensors[name + ".weight"], columns), nibbles(tensors[name + ".multiplier"], -(-columns // GROUP))
    assert tensors[name + ".weight"].shape[1] == -(-columns // 2) and multipliers.min() >= 1 and multipliers.max() <= 10
    scale = (tensors[name + ".scale"].astype(np.uint32) << 16).view(np.float32)
    return scale[:, None] * np.repeat(multipliers, GROUP, 1)[:, :columns] * VALUES[codes]


def bytes_of(tensors, name):
    scale = (tensors[name + ".scale"].astype(np.uint32) << 16).view(np.float32)
    assert tensors[name + ".weight"].dtype == np.int8
    return scale[:, None] * tensors[name + ".weight"]


def unpacked(encoder, folder, config, out):
    """The model of `folder` with the weights that the encoder file stands for, as a folder `out`."""
    tensors, weights = load_file(encoder), load_file(folder / "model.safetensors")
    hidden, wide, layers = config["hidden_size"], config["intermediate_size"], config["num_hidden_layers"]
    prefix = "bert." if any(name.startswith("bert.") for name in weights) else ""
    for name, into in (("word", "words"), ("position", "positions")):
        full = f"{prefix}embeddings.{name}_embeddings.weight"
        read = matrix(tensors, into, hidden)
        weights[full] = np.concatenate([read, weights[full][len(read):]]).astype(np.float32)
    parts = {"query_key_value": (["attention.self.query", "attention.self.key", "attention.self.value"], hidden, hidden),
             "attention_output": (["attention.output.dense"], hidden, hidden), "intermediate": (["intermediate.dense"], wide, hidden), "output": (["output.dense"], hidden, wide)}
    for name, (sources, rows_each, columns) in parts.items():
        read = (bytes_of(tensors, name) if name in ("query_key_value", "intermediate") else matrix(tensors, name, columns)).reshape(layers, len(sources), rows_each, columns)
        for layer in range(layers):
            for part, source in enumerate(sources):
                weights[f"{prefix}encoder.layer.{layer}.{source}.weight"] = np.ascontiguousarray(read[layer, part], dtype=np.float32)
    out.mkdir()
    for file in ("config.json", "vocab.txt"):
        (out / file).write_bytes((folder / file).read_bytes())
    save_file(weights, out / "model.safetensors")
    return weights


@pytest.mark.parametrize("shape", SHAPES)
def test_embeddings_are_those_of_the_rounded_weights(tmp_path, shape):
    config = CONFIG | SHAPES[shape]
    write_model(tmp_path / "model", config)
    encoder = make(tmp_path / "model", tmp_path / "encoder", bits=4)
    unpacked(encoder, tmp_path / "model", config, tmp_path / "rounded")
    ids = tokens(encoder, tmp_path, TEXTS)
    got = rows(encoder, tmp_path, TEXTS)
    assert cosines(got, expected_embeddings(tmp_path / "rounded", ids)).min() > 0.99999
    assert cosines(got, expected_embeddings(tmp_path / "model", ids)).min() > 0.9


def test_scores_are_those_of_the_rounded_weights(tmp_path):
    write_model(tmp_path / "model", labels=1, prefix="bert.")
    encoder = make(tmp_path / "model", tmp_path / "encoder", bits=4)
    unpacked(encoder, tmp_path / "model", CONFIG, tmp_path / "rounded")
    bert = Bert(tmp_path / "rounded")
    wanted = [bert.logits(np.array(ids), ids.index(3) + 1) for ids in tokens(encoder, tmp_path, PAIRS, pairs=True)]
    assert np.abs(rows(encoder, tmp_path, PAIRS, pairs=True) - wanted).max() < 2e-3


def test_rounding_is_better_than_plain_steps(tmp_path):
    """Than seven even steps either way for each 32 weights, with a scale of 32 bits."""
    before = write_model(tmp_path / "model", CONFIG | {"hidden_size": 64, "intermediate_size": 96})
    after = unpacked(make(tmp_path / "model", tmp_path / "encoder", bits=4), tmp_path / "model", CONFIG | {"hidden_size": 64, "intermediate_size": 96}, tmp_path / "rounded")
    for name in ("encoder.layer.0.attention.output.dense.weight", "encoder.layer.1.output.dense.weight", "embeddings.word_embeddings.weight"):
        w = before[name].astype(float)
        groups = w.reshape(-1, GROUP)
        scale = np.abs(groups).max(1, keepdims=True) / 7
        plain = ((np.round(groups / scale) * scale - groups) ** 2).sum()
        assert ((after[name] - w) ** 2).sum() < 0.85 * plain


def test_rows_of_zeros_stay_zeros(tmp_path):
    def change(weights):
        weights["encoder.layer.0.output.dense.weight"][3] = 0
        weights["encoder.layer.0.output.dense.weight"][4] = 1e-36

    write_model(tmp_path / "model", change=change)
    after = unpacked(make(tmp_path / "model", tmp_path / "encoder", bits=4), tmp_path / "model", CONFIG, tmp_path / "rounded")
    assert not after["encoder.layer.0.output.dense.weight"][3:5].any()


def test_other_numbers_of_bits_are_refused(tmp_path):
    write_model(tmp_path / "model")
    for bits in (5, 16):
        assert "4, 8 and 32" in run("encoder", tmp_path / "model", "--out", tmp_path / "e", "--bits", bits, status=USAGE).stderr


def test_minilm_keeps_its_meaning(tmp_path):
    assert MINILM.exists(), f"all-MiniLM-L6-v2 is not in {MINILM}; ./dev test installs it, PR_MINILM names another place"
    four, whole = make(MINILM, tmp_path / "four", 4), make(MINILM, tmp_path / "whole", 32)
    got = cosines(rows(four, tmp_path, SENTENCES), rows(whole, tmp_path, SENTENCES))
    assert got.min() > 0.97 and got.mean() > 0.98
