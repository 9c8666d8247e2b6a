#!/usr/bin/env python3
"""small_bert.py DIR TEXT…: a folder with a BERT model as Hugging Face has it, one layer of 32 numbers with seeded weights, whose vocabulary are
the words of the files TEXT and single characters. It knows nothing, but texts with the same words are near to each other."""
import json
import re
import struct
import sys
from pathlib import Path

import numpy

HIDDEN, HEADS, INTERMEDIATE, POSITIONS = 32, 2, 64, 64


def vocabulary(texts):
    words = sorted({word for text in texts for word in re.findall(r"[a-z0-9]+", text.lower())})
    characters = [chr(c) for c in range(33, 127)]
    pieces = ["##" + c for c in "abcdefghijklmnopqrstuvwxyz0123456789"]
    return list(dict.fromkeys(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters, *pieces, *words]))


def weights(words):
    random = numpy.random.default_rng(7)

    def matrix(*shape):
        return random.normal(0, 0.3, shape).astype("<f4")

    tensors = {
        "embeddings.word_embeddings.weight": matrix(words, HIDDEN),
        "embeddings.position_embeddings.weight": matrix(POSITIONS, HIDDEN) * 0.1,
        "embeddings.token_type_embeddings.weight": matrix(2, HIDDEN) * 0.1,
    }

    def norm(name):
        tensors[name + ".weight"], tensors[name + ".bias"] = numpy.ones(HIDDEN, "<f4"), numpy.zeros(HIDDEN, "<f4")

    def dense(name, rows, columns):
        tensors[name + ".weight"], tensors[name + ".bias"] = matrix(rows, columns) * 0.5, numpy.zeros(rows, "<f4")

    norm("embeddings.LayerNorm")
    layer = "encoder.layer.0."
    for part in ("query", "key", "value"):
        dense(f"{layer}attention.self.{part}", HIDDEN, HIDDEN)
    dense(layer + "attention.output.dense", HIDDEN, HIDDEN)
    norm(layer + "attention.output.LayerNorm")
    dense(layer + "intermediate.dense", INTERMEDIATE, HIDDEN)
    dense(layer + "output.dense", HIDDEN, INTERMEDIATE)
    norm(layer + "output.LayerNorm")
    return tensors


def write_safetensors(path, tensors):
    header, data, at = {}, [], 0
    for name, tensor in sorted(tensors.items()):
        raw = numpy.ascontiguousarray(tensor, "<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [at, at + len(raw)]}
        data.append(raw)
        at += len(raw)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))


def make(folder, texts):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    words = vocabulary(texts)
    (folder / "vocab.txt").write_text("\n".join(words) + "\n")
    settings = {"model_type": "bert", "architectures": ["BertModel"], "hidden_size": HIDDEN, "num_hidden_layers": 1, "num_attention_heads": HEADS}
    settings |= {"intermediate_size": INTERMEDIATE, "max_position_embeddings": POSITIONS, "type_vocab_size": 2, "vocab_size": len(words)}
    settings |= {"hidden_act": "gelu", "layer_norm_eps": 1e-12, "pad_token_id": 0}
    (folder / "config.json").write_text(json.dumps(settings))
    (folder / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": True, "tokenizer_class": "BertTokenizer"}))
    write_safetensors(folder / "model.safetensors", weights(len(words)))
    return folder


if __name__ == "__main__":
    make(sys.argv[1], [Path(name).read_text() for name in sys.argv[2:]])
