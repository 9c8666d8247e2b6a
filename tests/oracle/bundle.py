"""Reads a bundle with Python's safetensors package, after docs/bundle-format.md alone."""
import json

import numpy as np
from safetensors.numpy import load_file


class Bundle:
    def __init__(self, folder):
        self.folder = folder
        self.manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))

    def shards(self, table):
        """The tensors of each shard of a table, in the order of rows."""
        chosen = [s for s in self.manifest["shards"] if s["table"] == table]
        return [load_file(self.folder / s["file"]) for s in sorted(chosen, key=lambda s: s["first_row"])]

    def column(self, table, name):
        """A tensor with one value a row, over all shards."""
        return np.concatenate([tensors[name] for tensors in self.shards(table)])

    def texts(self, table, name):
        return [text for tensors in self.shards(table) for text in strings(tensors, name)]

    def rows(self):
        """The rows of `segments`: key, totals, views and the cells as arrays by name."""
        for tensors in self.shards("segments"):
            offsets = tensors["offsets"].astype(int)
            for r, key in enumerate(strings(tensors, "key")):
                part = slice(offsets[r], offsets[r + 1])
                cells = {name: tensors[name][part].astype(int) for name in ("started", "completed", "rated", "liked")}
                cells["item"] = np.cumsum(tensors["item"][part].astype(int))
                yield key, tensors["totals"][r].astype(int), tensors["views"][r], cells


def strings(tensors, name):
    """Strings stored as `name.offsets` and `name.bytes`."""
    prefix = f"{name}." if name else ""
    offsets, data = tensors[f"{prefix}offsets"].astype(int), tensors[f"{prefix}bytes"].tobytes()
    return [data[a:b].decode("utf-8") for a, b in zip(offsets, offsets[1:])]
