"""The text encoder natively beside ONNX Runtime: texts a second, float32 and int8, on two threads, run in turn.

PR_MINILM names the folder of all-MiniLM-L6-v2; PR_ANCHORS one with minilm_reference.json, sentences with the vectors that
Sentence Transformers give, without which nothing is said of accuracy.
The peer's graph is made here from the same weights, as PyTorch exports it, and its int8 by its own quantize_dynamic.
"""
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file
from tokenizers import Tokenizer

COMMAND = os.environ.get("PR_TEST_COMMAND", "build/native/pocketrec")
THREADS, BATCH, ROUNDS = 2, 32, 4
ADJECTIVES = "premium portable wireless ergonomic adjustable lightweight waterproof organic vintage heavy-duty foldable smart stainless cotton leather rechargeable compact durable non-stick eco-friendly".split()
THINGS = "running shoes|yoga mat|coffee grinder|bluetooth speaker|kitchen knife set|desk lamp|water bottle|laptop sleeve|garden hose|phone case|hiking backpack|face cream|baby stroller|gaming mouse|winter jacket|air fryer|dog leash|office chair|car charger|wall clock".split("|")
ENDINGS = "with carrying bag|for men and women|with 2 year warranty|for home and office use|in assorted colors|with USB-C charging cable|pack of 3|for kids aged 6 to 12|with extra filter|compatible with most models".split("|")


def product_names(count):
    draw = np.random.default_rng(7)
    one = lambda words: words[draw.integers(len(words))]
    return [
        f"{one(ADJECTIVES).title()} {one(ADJECTIVES)} {one(THINGS)}, {one(ADJECTIVES)} {one(ADJECTIVES)} {one(ENDINGS)}, "
        f"{one(ENDINGS)}, {draw.integers(5, 95)} x {draw.integers(5, 95)} cm, model {chr(draw.integers(65, 91))}{draw.integers(1000)}"
        for _ in range(count)
    ]


class Graph:
    """BERT as ONNX nodes, opset 17."""

    def __init__(self, weights, config):
        self.w, self.c, self.nodes, self.initial, self.n = weights, config, [], [], 0

    def constant(self, array, name=None):
        self.n += 1
        name = name or f"c{self.n}"
        self.initial.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def op(self, kind, *inputs, **attributes):
        self.n += 1
        out = f"t{self.n}"
        self.nodes.append(helper.make_node(kind, list(inputs), [out], name=f"{kind}_{self.n}", **attributes))
        return out

    def dense(self, x, name):
        product = self.op("MatMul", x, self.constant(self.w[name + ".weight"].T, name + ".weight_t"))
        return self.op("Add", self.constant(self.w[name + ".bias"], name + ".bias"), product)

    def norm(self, x, name):
        weight, bias = (self.constant(self.w[f"{name}.{part}"], f"{name}.{part}") for part in ("weight", "bias"))
        return self.op("LayerNormalization", x, weight, bias, axis=-1, epsilon=self.c["layer_norm_eps"])

    def heads(self, x, order):
        hidden, heads = self.c["hidden_size"], self.c["num_attention_heads"]
        split = self.op("Reshape", x, self.constant(np.array([0, 0, heads, hidden // heads], np.int64)))
        return self.op("Transpose", split, perm=order)

    def layer(self, x, mask, i):
        at, hidden = f"encoder.layer.{i}.", self.c["hidden_size"]
        root = np.float32(np.sqrt(hidden // self.c["num_attention_heads"]))
        q = self.heads(self.dense(x, at + "attention.self.query"), [0, 2, 1, 3])
        k = self.heads(self.dense(x, at + "attention.self.key"), [0, 2, 3, 1])
        v = self.heads(self.dense(x, at + "attention.self.value"), [0, 2, 1, 3])
        scores = self.op("Add", self.op("Div", self.op("MatMul", q, k), self.constant(root)), mask)
        mixed = self.op("Transpose", self.op("MatMul", self.op("Softmax", scores, axis=-1), v), perm=[0, 2, 1, 3])
        mixed = self.op("Reshape", mixed, self.constant(np.array([0, 0, hidden], np.int64)))
        x = self.norm(self.op("Add", self.dense(mixed, at + "attention.output.dense"), x), at + "attention.output.LayerNorm")
        wide = self.dense(x, at + "intermediate.dense")
        erf = self.op("Erf", self.op("Div", wide, self.constant(np.float32(np.sqrt(2)))))
        gelu = self.op("Mul", self.op("Mul", wide, self.op("Add", erf, self.constant(np.float32(1)))), self.constant(np.float32(0.5)))
        return self.norm(self.op("Add", self.dense(gelu, at + "output.dense"), x), at + "output.LayerNorm")

    def model(self):
        table = lambda name: self.constant(self.w[f"embeddings.{name}.weight"], f"embeddings.{name}.weight")
        first, second = self.constant(np.array([0], np.int64)), self.constant(np.array([1], np.int64))
        length = self.op("Slice", self.op("Shape", "input_ids"), second, self.constant(np.array([2], np.int64)))
        positions = self.op("Slice", table("position_embeddings"), first, length, first)
        words = self.op("Add", self.op("Gather", table("word_embeddings"), "input_ids"), self.op("Gather", table("token_type_embeddings"), "token_type_ids"))
        x = self.norm(self.op("Add", words, positions), "embeddings.LayerNorm")
        mask = self.op("Cast", self.op("Unsqueeze", "attention_mask", self.constant(np.array([1, 2], np.int64))), to=TensorProto.FLOAT)
        mask = self.op("Mul", self.op("Sub", self.constant(np.float32(1)), mask), self.constant(np.finfo(np.float32).min))
        for i in range(self.c["num_hidden_layers"]):
            x = self.layer(x, mask, i)
        self.nodes.append(helper.make_node("Identity", [x], ["last_hidden_state"]))
        inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "seq"]) for n in ("input_ids", "attention_mask", "token_type_ids")]
        output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "seq", self.c["hidden_size"]])
        graph = helper.make_graph(self.nodes, "bert", inputs, [output], self.initial)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def make_onnx(model, folder):
    config = json.loads((model / "config.json").read_text())
    plain, small = folder / "model.onnx", folder / "model.int8.onnx"
    onnx.save(Graph(load_file(model / "model.safetensors"), config).model(), plain)
    quantize_dynamic(plain, small, weight_type=QuantType.QInt8)
    return plain, small


class Peer:
    def __init__(self, file, tokenizer):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        self.tokenizer = tokenizer

    def embed(self, texts):
        order, out = np.argsort([-len(t) for t in texts]), None
        for at in range(0, len(texts), BATCH):
            rows = order[at : at + BATCH]
            coded = self.tokenizer.encode_batch([texts[i] for i in rows])
            ids, mask = (np.array([getattr(e, part) for e in coded], np.int64) for part in ("ids", "attention_mask"))
            hidden = self.session.run(None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)})[0]
            vectors = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
            out = np.empty((len(texts), vectors.shape[1]), np.float32) if out is None else out
            out[rows] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return out


class Ours:
    """The command as it is: it starts, opens the encoder, cuts the texts and writes the vectors, all inside the time."""

    def __init__(self, model, folder, bits):
        self.file, self.folder = folder / f"encoder{bits}.safetensors", folder
        subprocess.run([COMMAND, "encoder", model, "--bits", str(bits), "--out", self.file], check=True, capture_output=True)

    def embed(self, texts):
        out = self.folder / "embeddings.safetensors"
        lines = "".join(json.dumps(text) + "\n" for text in texts)
        subprocess.run([COMMAND, "embed", self.file, "-", "--json", "--threads", str(THREADS), "--out", out], check=True, capture_output=True, input=lines.encode())
        return load_file(out)["embeddings"]


def seconds(embed, texts):
    """By the clock, and of the processor: this process and the commands it started."""
    processor = lambda: sum(os.times()[:4])
    start = time.perf_counter(), processor()
    embed(texts)
    return time.perf_counter() - start[0], processor() - start[1]


def compare(name, ours, peer, texts, bar):
    """In turn, the best of ROUNDS: other work on the machine only ever takes time."""
    peer.embed(texts[:64])
    times = [(seconds(ours.embed, texts), seconds(peer.embed, texts)) for _ in range(ROUNDS)]
    for what, i, unit in (("", 0, "s"), (", processor", 1, "cpu s")):
        mine, other = (len(texts) / min(run[program][i] for run in times) for program in (0, 1))
        print(f"{name + what:<46} {mine:>6.0f}/{unit:<5} {other:>6.0f}/{unit:<5} {bar if i == 0 else '-':>14}")


def accuracy(name, embed, reference, bar):
    wanted = np.array([s["embedding"] for s in reference])
    got = embed([s["text"] for s in reference])
    cosine = (got * wanted).sum(1) / np.linalg.norm(wanted, axis=1) / np.linalg.norm(got, axis=1)
    print(f"{name:<46} {cosine.min():>12.7f} {'-':>12} {bar:>14}")


def main():
    model, texts = Path(os.environ["PR_MINILM"]), product_names(1000)
    reference = Path(os.environ.get("PR_ANCHORS", ".")) / "minilm_reference.json"
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.enable_truncation(256)
    tokenizer.enable_padding()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(os.environ.get("PR_BENCH_WORK", temporary)) / "encoder"
        folder.mkdir(parents=True, exist_ok=True)
        plain, small = (Peer(file, tokenizer) for file in make_onnx(model, folder))
        ours = {bits: Ours(model, folder, bits) for bits in (32, 8, 4)}
        if reference.exists():
            sentences = json.loads(reference.read_text())["sentences"]
            accuracy("worst cosine, float32", ours[32].embed, sentences, ">= 0.99999")
            accuracy("worst cosine, int8", ours[8].embed, sentences, ">= 0.993")
            accuracy("worst cosine, int4", ours[4].embed, sentences, "-")
            accuracy("worst cosine, ONNX Runtime float32", plain.embed, sentences, "-")
            accuracy("worst cosine, ONNX Runtime int8", small.embed, sentences, "-")
        compare("texts, float32, 2 threads", ours[32], plain, texts, ">= peer")
        compare("texts, int8, 2 threads", ours[8], small, texts, ">= peer")
        compare("texts, int4 (peer: int8), 2 threads", ours[4], small, texts, "-")


if __name__ == "__main__":
    main()
