"""Metrics of rankings (native/src/eval/ranking_metrics.c) against NumPy on random groups: ties, groups shorter than K,
groups without a hit and groups of hits alone; and the bootstrap over users with the same draws."""
import ctypes
import os
import subprocess

import numpy as np
import pytest

from project import ROOT

K, METRICS = 5, 5
U32, F32, F64 = (ctypes.POINTER(kind) for kind in (ctypes.c_uint32, ctypes.c_float, ctypes.c_double))

# The C side is reached through plain arrays, so that no layout of a struct is written down a second time.
GLUE = """
#include "ranking_metrics.h"
int judge(uint32_t users, uint32_t rows, uint32_t groups, float *labels, uint32_t *user, uint32_t *item,
          uint32_t *starts, const double *scores, uint64_t seed, uint32_t resamples, double *out) {
    prt_matrix m = {.rows = rows, .labels = labels, .user = user, .item = item, .group_count = groups,
                    .group_starts = starts};
    prt_ranking_tally tally;
    prt_interval found[PRT_RANKING_METRICS];
    if (!prt_tally_make(users, &tally) || !prt_tally_matrix(&tally, &m, scores))
        return 1;
    if (prt_tally_intervals(&tally, seed, resamples, found, NULL) != PR_OK)
        return 2;
    for (int i = 0; i < PRT_RANKING_METRICS; i++) {
        out[3 * i] = found[i].mean;
        out[3 * i + 1] = found[i].low;
        out[3 * i + 2] = found[i].high;
    }
    prt_tally_free_ranking(&tally);
    return 0;
}
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("metrics")
    (folder / "glue.c").write_text(GLUE, encoding="utf-8")
    sources = [folder / "glue.c", ROOT / "native/src/eval/ranking_metrics.c", ROOT / "native/src/base/fail.c",
               *(ROOT / "core/src/base").glob("*.c")]
    folders = ["core/include", "core/src/base", *(f"native/src/{name}" for name in ("", "base", "config", "eval", "ranking"))]
    subprocess.run([*os.environ.get("CC", "cc").split(), "-std=gnu11", "-O2", "-ffp-contract=off", "-shared", "-fPIC",
                    *(f"-I{ROOT / name}" for name in folders), "-o", str(folder / "lib.so"), *map(str, sources), "-lm"],
                   check=True)
    loaded = ctypes.CDLL(str(folder / "lib.so"))
    loaded.pr_uniform.restype, loaded.pr_uniform.argtypes = ctypes.c_double, [ctypes.c_uint64] * 2
    loaded.judge.argtypes = [ctypes.c_uint32] * 3 + [F32, U32, U32, U32, F64, ctypes.c_uint64, ctypes.c_uint32, F64]
    return loaded


def made_week(seed, users=60):
    """(user, item, label, score) of one group a user; scores are few, so that many are alike."""
    random = np.random.default_rng(seed)
    parts = []
    for user in range(users):
        rows = random.integers(1, 12)
        share = random.choice([0, 0.2, 0.5, 1])
        parts.append((np.full(rows, user), random.permutation(40)[:rows], random.random(rows) < share,
                      random.integers(0, 6, rows) / 5))
    return [np.concatenate(column) for column in zip(*parts)]


def ours(library, week, users, seed=1, resamples=0):
    user, item, label, score = week
    starts = np.append(np.flatnonzero(np.diff(user, prepend=-1)), len(user)).astype(np.uint32)
    arrays = [label.astype(np.float32), user.astype(np.uint32), item.astype(np.uint32), starts, score.astype(np.float64)]
    out = np.zeros(3 * METRICS)
    pointers = [a.ctypes.data_as(t) for a, t in zip([*arrays, out], [F32, U32, U32, U32, F64, F64])]
    assert library.judge(users, len(user), len(starts) - 1, *pointers[:5], seed, resamples, pointers[5]) == 0
    return out.reshape(METRICS, 3)


def of_group(label, score, item):
    """NDCG@5, P@5, average precision and reciprocal rank, from their definitions."""
    hits = label[np.lexsort((item, -score))].astype(float)
    places = np.arange(1, len(hits) + 1)
    discount = 1 / np.log2(1 + np.arange(1, K + 1))
    top = np.append(hits, np.zeros(K))[:K]
    return np.array([(top * discount).sum() / discount[:min(K, int(hits.sum()))].sum(), top.sum() / K,
                     (np.cumsum(hits) / places)[hits > 0].mean(), 1 / places[hits > 0][0]])


def groups_of(week, users):
    """Metrics of each user's group; None without a hit."""
    user, item, label, score = week
    rows = [user == u for u in range(users)]
    return [of_group(label[r], score[r], item[r]) if label[r].any() else None for r in rows]


def auc_of(label, score):
    """Every pair of a hit and a miss is looked at; a tie counts half."""
    difference = score[label][:, None] - score[~label][None, :]
    return (np.sign(difference) + 1).mean() / 2


@pytest.mark.parametrize("seed", range(20))
def test_the_means_are_those_of_the_definitions(library, seed):
    week = made_week(seed)
    expected = np.mean([g for g in groups_of(week, 60) if g is not None], axis=0)
    found = ours(library, week, 60)[:, 0]
    np.testing.assert_allclose(found[:4], expected, rtol=1e-12)
    np.testing.assert_allclose(found[4], auc_of(week[2], week[3]), rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_intervals_are_those_of_resampled_users(library, seed):
    users, resamples = 60, 200
    week = made_week(100 + seed, users)
    groups, figures = groups_of(week, users), []
    for r in range(resamples):
        drawn = [int(library.pr_uniform(seed, r * users + i) * users) for i in range(users)]
        rows = np.concatenate([np.flatnonzero(week[0] == u) for u in drawn])
        means = np.mean([groups[u] for u in drawn if groups[u] is not None], axis=0)
        figures.append([*means, auc_of(week[2][rows], week[3][rows])])
    figures = np.sort(figures, axis=0)
    found = ours(library, week, users, seed, resamples)
    np.testing.assert_allclose(found[:, 1], figures[int(0.025 * resamples)], rtol=1e-12)
    np.testing.assert_allclose(found[:, 2], figures[resamples - 1 - int(0.025 * resamples)], rtol=1e-12)
