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

    def neighbours(self, rows):
        """The table as a matrix W[item of the history, neighbour]."""
        weights, row = np.zeros((rows, rows)), 0
        for shard in self.shards("neighbours"):
            data, at = shard["links"].tobytes(), 0
            for scale in shard["scale"]:
                count, at = varint(data, at)
                item = row
                for k in range(count):
                    code, at = varint(data, at)
                    item = item + code + 1 if k else row + (code >> 1) if code % 2 == 0 else row - (code >> 1) - 1
                    assert item != row and 0 <= item < rows and weights[row, item] == 0 and data[at] > 0
                    weights[row, item] = data[at] / 255 * scale
                    at += 1
                row += 1
            assert at == len(data)
        assert row == rows
        return weights

    def factors(self):
        """The items' factors as stored, each row's scale, and what they stand for."""
        values, scale = self.column("factors", "values"), self.column("factors", "scale")
        assert values.dtype == np.int8 and scale.dtype == np.float32 and np.abs(values.astype(int)).max() == 127
        return values, scale, values.astype(float) * scale[:, None].astype(float)

    def gram(self, dims):
        """The whole of V'V, of which the table has the lower triangle."""
        out = np.zeros((dims, dims))
        out[np.tril_indices(dims)] = self.shards("gram")[0]["gram"]
        return out + np.tril(out, -1).T


def varint(data, at):
    """A number in steps of seven bits, the lowest first, and where the next begins."""
    value, shift = 0, 0
    while data[at] >= 128:
        value |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
    return value | data[at] << shift, at + 1


def strings(tensors, name):
    """Strings stored as `name.offsets` and `name.bytes`."""
    prefix = f"{name}." if name else ""
    offsets, data = tensors[f"{prefix}offsets"].astype(int), tensors[f"{prefix}bytes"].tobytes()
    return [data[a:b].decode("utf-8") for a, b in zip(offsets, offsets[1:])]
