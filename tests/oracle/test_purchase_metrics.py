"""Metrics of purchases (native/src/eval/purchases_metrics.c, metrics.c) against NumPy: random lists, relevant sets of any
size, factors and categories; and the bootstrap with the same draws."""
import ctypes
import os
import subprocess

import numpy as np
import pytest

from project import ROOT

ACCURACY = ["ndcg", "recall", "map", "mrr", "hit_rate"]
U32, F32, F64, U64, U8 = (ctypes.POINTER(kind) for kind in (ctypes.c_uint32, ctypes.c_float, ctypes.c_double,
                                                            ctypes.c_uint64, ctypes.c_uint8))

# The C side is reached through plain arrays, so that no layout of a struct is written down a second time.
GLUE = """
#include "purchases_metrics.h"
#include <stdlib.h>
void accuracy(const uint8_t *given, uint32_t count, uint32_t k, uint32_t relevant, double *out) {
    bool hits[64];
    for (uint32_t i = 0; i < count; i++)
        hits[i] = given[i];
    prt_cut_accuracy(hits, count, k, relevant, out);
}
double novelty(uint32_t users, uint32_t items, uint64_t *offsets, uint32_t *item, const uint32_t *list, uint32_t count,
               uint32_t k) {
    const prt_interactions taken = {users, items, offsets, item, NULL};
    float *surprise = prt_surprise_make(&taken);
    double found = prt_list_novelty(surprise, list, count, k);
    free(surprise);
    return found;
}
static double diversity(const prt_factors *factors, const prt_column *const *columns, uint32_t items,
                        const uint32_t *list, uint32_t count, uint32_t k) {
    prt_directions d;
    double scratch[256] = {0};
    if (prt_directions_make(factors, columns, 1, items, &d, NULL) != PR_OK)
        return -1;
    double found = prt_list_diversity(&d, list, count, k, scratch);
    prt_directions_free(&d);
    return found;
}
double by_factors(uint32_t items, uint32_t width, float *values, const uint32_t *list, uint32_t count, uint32_t k) {
    const prt_factors factors = {items, width, values};
    return diversity(&factors, NULL, items, list, count, k);
}
double by_categories(uint32_t items, uint32_t values, uint32_t *codes, uint32_t *offsets, const uint32_t *list,
                     uint32_t count, uint32_t k) {
    const prt_column column = {.type = PRT_LIST, .rows = items, .values = {.count = values}, .codes = codes,
                               .list_offsets = offsets}, *columns[] = {&column};
    return diversity(NULL, columns, items, list, count, k);
}
static void put(const prt_interval *found, double *out) {
    out[0] = found->mean, out[1] = found->low, out[2] = found->high;
}
void means(const double *values, uint32_t columns, const uint32_t *subjects, uint32_t count, uint64_t seed, int threads,
           double *out) {
    prt_interval found[16];
    prt_bootstrap_means(values, columns, subjects, count, seed, threads, found, NULL);
    for (uint32_t c = 0; c < columns; c++)
        put(&found[c], out + 3 * c);
}
void coverage(const uint32_t *lists, uint32_t places, uint32_t items, uint32_t k, const uint32_t *subjects,
              uint32_t count, uint64_t seed, double *out) {
    const prt_lists all = {lists, places, items};
    prt_interval found;
    prt_bootstrap_coverage(&all, k, subjects, count, seed, 2, &found, NULL);
    put(&found, out);
}
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("metrics")
    (folder / "glue.c").write_text(GLUE, encoding="utf-8")
    sources = [folder / "glue.c", ROOT / "native/src/eval/purchases_metrics.c", ROOT / "native/src/eval/metrics.c",
               ROOT / "native/src/base/fail.c", ROOT / "native/src/base/parallel.c", *(ROOT / "core/src/base").glob("*.c")]
    folders = ["core/include", "core/src/base", *(f"native/src/{name}" for name in ("", "base", "config", "eval", "learn"))]
    subprocess.run([*os.environ.get("CC", "cc").split(), "-std=gnu11", "-O2", "-ffp-contract=off", "-shared", "-fPIC",
                    *(f"-I{ROOT / name}" for name in folders), "-o", str(folder / "lib.so"), *map(str, sources), "-lm",
                    "-lpthread"], check=True)
    loaded = ctypes.CDLL(str(folder / "lib.so"))
    number = ctypes.c_uint32
    loaded.pr_uniform.restype, loaded.pr_uniform.argtypes = ctypes.c_double, [ctypes.c_uint64] * 2
    loaded.accuracy.argtypes = [U8, number, number, number, F64]
    loaded.novelty.argtypes = [number, number, U64, U32, U32, number, number]
    loaded.by_factors.argtypes = [number, number, F32, U32, number, number]
    loaded.by_categories.argtypes = [number, number, U32, U32, U32, number, number]
    for name in ("novelty", "by_factors", "by_categories"):
        getattr(loaded, name).restype = ctypes.c_double
    loaded.means.argtypes = [F64, number, U32, number, ctypes.c_uint64, ctypes.c_int, F64]
    loaded.coverage.argtypes = [U32, number, number, number, U32, number, ctypes.c_uint64, F64]
    return loaded


def given(array, kind, dtype):
    """The array in C's form; it must stay alive while it is used."""
    array = np.ascontiguousarray(array, dtype)
    return array, array.ctypes.data_as(kind)


def of_list(recommended, relevant, k):
    """The metrics from their definitions, with sets."""
    top = list(recommended)[:k]
    places = [i + 1 for i, item in enumerate(top) if item in relevant]
    ideal = sum(1 / np.log2(i + 2) for i in range(min(k, len(relevant))))
    return [sum(1 / np.log2(i + 1) for i in places) / ideal,
            len(places) / len(relevant),
            sum((n + 1) / place for n, place in enumerate(places)) / min(k, len(relevant)),
            1 / places[0] if places else 0,
            float(bool(places))]


@pytest.mark.parametrize("seed", range(50))
def test_accuracy_is_as_defined(library, seed):
    random = np.random.default_rng(seed)
    recommended = random.permutation(60)[:random.integers(1, 40)]
    relevant = set(random.permutation(60)[:random.integers(1, 30)].tolist())
    hits, pointer = given([item in relevant for item in recommended], U8, np.uint8)
    for k in (1, 5, 10, 20, 50):
        out = np.zeros(len(ACCURACY))
        library.accuracy(pointer, len(hits), k, len(relevant), out.ctypes.data_as(F64))
        np.testing.assert_allclose(out, of_list(recommended, relevant, k), rtol=1e-12, err_msg=f"k = {k}")


@pytest.mark.parametrize("seed", range(10))
def test_novelty_is_the_mean_surprise(library, seed):
    random = np.random.default_rng(seed)
    matrix = random.random((40, 25)) < random.random(25) ** 3
    matrix[7] = False
    offsets, o = given(np.append(0, np.cumsum(matrix.sum(axis=1))), U64, np.uint64)
    items, i = given(np.nonzero(matrix)[1], U32, np.uint32)
    recommended, r = given(random.permutation(25)[:15], U32, np.uint32)
    share = np.maximum(matrix.sum(axis=0), 1) / matrix.any(axis=1).sum()
    for k in (1, 10, 15, 20):
        expected = -np.log2(share[recommended[:k]]).mean()
        assert library.novelty(40, 25, o, i, r, len(recommended), k) == pytest.approx(expected, rel=1e-6)
    assert len(offsets) == 41 and len(items) == matrix.sum()


def mean_cosine(rows):
    """Over all pairs, one by one."""
    pairs = [(a, b) for n, a in enumerate(rows) for b in rows[:n]]
    lengths = [np.linalg.norm(a) * np.linalg.norm(b) for a, b in pairs]
    return np.mean([a @ b / length if length else 0 for (a, b), length in zip(pairs, lengths)])


@pytest.mark.parametrize("seed", range(10))
def test_diversity_is_that_of_all_pairs(library, seed):
    random = np.random.default_rng(seed)
    factors = random.normal(size=(30, 16)).astype(np.float32)
    factors[random.random(30) < 0.2] = 0
    sets = random.random((30, 12)) < 0.2
    recommended, r = given(random.permutation(30)[:18], U32, np.uint32)
    values, v = given(factors, F32, np.float32)
    codes, c = given(np.nonzero(sets)[1], U32, np.uint32)
    offsets, o = given(np.append(0, np.cumsum(sets.sum(axis=1))), U32, np.uint32)
    for k in (2, 10, 18, 30):
        top = recommended[:k]
        assert library.by_factors(30, 16, v, r, 18, k) == pytest.approx(1 - mean_cosine(values[top].astype(float)), abs=1e-6)
        assert library.by_categories(30, 12, c, o, r, 18, k) == pytest.approx(1 - mean_cosine(sets[top].astype(float)), abs=1e-12)
    assert len(codes) == sets.sum() and len(offsets) == 31


def draws(library, subjects, seed):
    n = len(subjects)
    return [[subjects[int(library.pr_uniform(seed, r * n + i) * n)] for i in range(n)] for r in range(1000)]


@pytest.mark.parametrize("threads", [1, 3])
def test_intervals_of_means_are_percentiles(library, threads):
    random = np.random.default_rng(5)
    values, v = given(random.random((50, 3)) ** [1, 2, 5], F64, np.float64)
    subjects, s = given(random.permutation(50)[:30], U32, np.uint32)
    out = np.zeros((3, 3))
    library.means(v, 3, s, 30, 9, threads, out.ctypes.data_as(F64))
    resampled = np.sort([values[drawn].mean(axis=0) for drawn in draws(library, subjects, 9)], axis=0)
    expected = np.stack([values[subjects].mean(axis=0), resampled[25], resampled[974]], axis=1)
    np.testing.assert_allclose(out, expected, rtol=1e-12)


def test_interval_of_coverage_is_laid_around_the_estimate(library):
    random = np.random.default_rng(6)
    lists, l = given(np.array([random.permutation(40)[:8] for _ in range(20)]), U32, np.uint32)
    lists[3, 5:] = 0xFFFFFFFF  # a shorter list
    subjects, s = given(np.arange(0, 20, 2), U32, np.uint32)
    out = np.zeros(3)
    for k in (1, 4, 8):
        def share(rows):
            return len(set(lists[rows, :k].ravel().tolist()) - {0xFFFFFFFF}) / 40
        library.coverage(l, 8, 40, k, s, len(subjects), 4, out.ctypes.data_as(F64))
        resampled = np.sort([share(drawn) for drawn in draws(library, subjects, 4)])
        estimate, centre = share(subjects), resampled.mean()
        np.testing.assert_allclose(out, [estimate, estimate + min(0, resampled[25] - centre),
                                         min(1, estimate + max(0, resampled[974] - centre))], rtol=1e-9)
        assert out[1] <= out[0] <= out[2]
