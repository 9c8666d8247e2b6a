"""A validation cut of lists of users and items (LightGCN's format) that hides like with like: of each user an item by chance and what is nearest to it
by the company that they keep, a fifth of the list. What is hidden so is further from the rest of the history than what is hidden by chance, as what
people do later is further from what they did before.

    like_cut.py TRAIN.txt.gz OUT.txt     then "valid": "OUT.txt" in the configuration's evaluation, and `pocketrec eval --valid`
"""
import gzip
import sys

import numpy as np
import scipy.sparse as sparse

SHARE, SEED = 0.2, 7


def read(path):
    with gzip.open(path, "rt") as file:
        lists = [[int(word) for word in line.split()] for line in file if line.strip()]
    users = np.concatenate([np.full(len(words) - 1, words[0]) for words in lists])
    return sparse.csr_matrix((np.ones(len(users)), (users, np.concatenate([words[1:] for words in lists]))))


def hidden(company, items, rng):
    """The items to hide: the first of `items` in random order, and those nearest to it."""
    items = rng.permutation(items)
    columns = company[:, items]
    lengths = np.sqrt(np.asarray(columns.multiply(columns).sum(axis=0)).ravel())
    likeness = (columns.T @ columns[:, [0]]).toarray().ravel() / lengths
    likeness[0] = np.inf
    return items[np.argsort(-likeness, kind="stable")[: max(1, round(SHARE * len(items)))]]


def main(train, out):
    taken, rng = read(train), np.random.default_rng(SEED)
    scale = [sparse.diags(1 / np.sqrt(np.maximum(np.asarray(taken.sum(axis=axis)).ravel(), 1))) for axis in (1, 0)]
    company = (scale[0] @ taken @ scale[1]).tocsc()
    with open(out, "w") as file:
        for user in range(taken.shape[0]):
            items = taken.indices[taken.indptr[user] : taken.indptr[user + 1]]
            file.write(" ".join(map(str, [user, *hidden(company, items, rng)])) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
