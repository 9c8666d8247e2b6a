"""BERT in float64, and small random models of it in the files of Hugging Face."""
import json
import math

import numpy as np
from safetensors.numpy import load_file, save_file

WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] un ##want ##ed want wa runn ##ing , low ##est a b c d e f g h i ##a ##b ##c ##d ##e 1 2 3 . - ! ü".split()
EMBEDDINGS, LAYER = "embeddings.", "encoder.layer.{}."
ERF = np.vectorize(math.erf)


def random_weights(config, labels=0, seed=1, prefix=""):
    """Tensors by name; sizes as in trained models, so that no step saturates."""
    rng = np.random.default_rng(seed)
    hidden, wide = config["hidden_size"], config["intermediate_size"]
    weights = {}

    def add(name, *shape, middle=0.0, size=None):
        size = size or (1.5 / math.sqrt(shape[-1]) if len(shape) == 2 else 0.2)
        weights[prefix + name] = (middle + size * rng.standard_normal(shape)).astype(np.float32)

    def norm(name):
        add(name + ".weight", hidden, middle=1.0)
        add(name + ".bias", hidden)

    def dense(name, out, into):
        add(name + ".weight", out, into)
        add(name + ".bias", out)

    add(EMBEDDINGS + "word_embeddings.weight", config["vocab_size"], hidden, size=0.5)
    add(EMBEDDINGS + "position_embeddings.weight", config["max_position_embeddings"], hidden, size=0.2)
    add(EMBEDDINGS + "token_type_embeddings.weight", config["type_vocab_size"], hidden, size=0.2)
    norm(EMBEDDINGS + "LayerNorm")
    for i in range(config["num_hidden_layers"]):
        at = LAYER.format(i)
        for part in ("query", "key", "value"):
            dense(f"{at}attention.self.{part}", hidden, hidden)
        dense(at + "attention.output.dense", hidden, hidden)
        norm(at + "attention.output.LayerNorm")
        dense(at + "intermediate.dense", wide, hidden)
        dense(at + "output.dense", hidden, wide)
        norm(at + "output.LayerNorm")
    if labels:
        dense("pooler.dense", hidden, hidden)
        prefix = ""
        dense("classifier", labels, hidden)
    return weights


CONFIG = {"model_type": "bert", "hidden_act": "gelu", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
          "intermediate_size": 64, "max_position_embeddings": 40, "type_vocab_size": 2, "layer_norm_eps": 1e-12, "vocab_size": len(WORDS)}


def write_model(folder, config=CONFIG, labels=0, seed=1, prefix="", change=None, words=WORDS):
    """config.json, vocab.txt and model.safetensors; `change` may alter the tensors. Returns what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = random_weights(config, labels, seed, prefix)
    if change:
        weights = change(weights) or weights
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "vocab.txt").write_text("".join(word + "\n" for word in words))
    save_file(weights, folder / "model.safetensors")
    return weights


class Bert:
    """The network in float64, one sequence at a time."""

    def __init__(self, folder):
        self.config = json.loads((folder / "config.json").read_text())
        weights = load_file(folder / "model.safetensors")
        self.w = {name.removeprefix("bert."): w.astype(np.float64) for name, w in weights.items()}

    def dense(self, x, name):
        return x @ self.w[name + ".weight"].T + self.w[name + ".bias"]

    def norm(self, x, name):
        centred = x - x.mean(-1, keepdims=True)
        deviation = np.sqrt((centred**2).mean(-1, keepdims=True) + self.config["layer_norm_eps"])
        return centred / deviation * self.w[name + ".weight"] + self.w[name + ".bias"]

    def heads(self, x):
        return x.reshape(len(x), self.config["num_attention_heads"], -1).transpose(1, 0, 2)

    def attention(self, x, at):
        q, k, v = (self.heads(self.dense(x, f"{at}attention.self.{part}")) for part in ("query", "key", "value"))
        scores = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])
        p = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (p / p.sum(-1, keepdims=True)) @ v
        return self.dense(mixed.transpose(1, 0, 2).reshape(x.shape), at + "attention.output.dense")

    def hidden(self, ids, second=None):
        types = np.arange(len(ids)) >= (len(ids) if second is None else second)
        tables = [self.w[f"{EMBEDDINGS}{name}_embeddings.weight"] for name in ("word", "position", "token_type")]
        x = self.norm(tables[0][ids] + tables[1][: len(ids)] + tables[2][types.astype(int)], EMBEDDINGS + "LayerNorm")
        for i in range(self.config["num_hidden_layers"]):
            at = LAYER.format(i)
            x = self.norm(x + self.attention(x, at), at + "attention.output.LayerNorm")
            wide = self.dense(x, at + "intermediate.dense")
            wide = wide / 2 * (1 + ERF(wide / math.sqrt(2)))
            x = self.norm(x + self.dense(wide, at + "output.dense"), at + "output.LayerNorm")
        return x

    def embed(self, ids):
        mean = self.hidden(ids).mean(0)
        return mean / np.linalg.norm(mean)

    def logits(self, ids, second):
        return self.dense(np.tanh(self.dense(self.hidden(ids, second)[0], "pooler.dense")), "classifier")
