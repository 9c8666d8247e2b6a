"""The core's own mathematics against SciPy (Boost, Cephes) and the C library's long double, on wide grids."""
import ctypes
import math
import os
import subprocess

import numpy as np
import pytest
from scipy import special, stats

from project import ROOT


@pytest.fixture(scope="module")
def core(tmp_path_factory):
    """core/src/base/math.c as a shared library, built with the flags that matter."""
    library = tmp_path_factory.mktemp("math") / "libmath.so"
    sources = [ROOT / "core/src/base/math.c"]
    compiler = os.environ.get("CC", "cc").split()
    flags = ["-std=gnu11", "-O2", "-ffp-contract=off", "-shared", "-fPIC"]
    includes = [f"-I{ROOT / 'core/include'}", f"-I{ROOT / 'core/src/base'}"]
    subprocess.run([*compiler, *flags, *includes, "-o", str(library), *map(str, sources), "-lm"], check=True)
    loaded = ctypes.CDLL(str(library))
    for name, arguments in {"exp": 1, "log": 1, "log_gamma": 1, "logit": 1, "logistic": 1, "beta_cdf": 3,
                            "beta_quantile": 3}.items():
        function = getattr(loaded, f"pr_{name}")
        function.restype, function.argtypes = ctypes.c_double, [ctypes.c_double] * arguments
    pointer = ctypes.POINTER(ctypes.c_double)
    loaded.pr_wilson_interval.argtypes = [ctypes.c_double] * 3 + [pointer, pointer]
    loaded.pr_uniform.restype, loaded.pr_uniform.argtypes = ctypes.c_double, [ctypes.c_uint64] * 2
    loaded.pr_mix64.restype, loaded.pr_mix64.argtypes = ctypes.c_uint64, [ctypes.c_uint64]
    return loaded


def values(function, grid):
    return np.array([function(float(x)) for x in grid])


def relative(got, want):
    """Largest relative error; `want` may be of higher precision."""
    return float(np.max(np.abs(got - want) / np.abs(want)))


def spread(random, low, high, count):
    """Numbers from 10^low to 10^high, evenly on the log scale."""
    return 10.0 ** random.uniform(low, high, count)


@pytest.fixture
def random():
    return np.random.default_rng(20250430)


def test_exp(core, random):
    grid = np.concatenate([random.uniform(-700, 700, 20000), random.uniform(-1, 1, 20000),
                           spread(random, -300, -1, 2000), -spread(random, -300, -1, 2000)])
    assert relative(values(core.pr_exp, grid), np.exp(grid.astype(np.longdouble))) < 4e-16


def test_exp_at_the_edges(core):
    assert core.pr_exp(0.0) == 1.0
    assert core.pr_exp(1000.0) == math.inf and core.pr_exp(-1000.0) == 0.0
    assert core.pr_exp(math.inf) == math.inf and core.pr_exp(-math.inf) == 0.0
    assert math.isnan(core.pr_exp(math.nan))
    assert relative(core.pr_exp(709.78), math.exp(709.78)) < 4e-16
    subnormal = np.linspace(-745, -709, 500)
    assert np.allclose(values(core.pr_exp, subnormal), np.exp(subnormal), rtol=1e-15, atol=5e-324)


def test_log(core, random):
    grid = np.concatenate([spread(random, -307, 308, 20000), spread(random, -1, 1, 20000),
                           1 + random.uniform(-1e-3, 1e-3, 5000), [5e-324, 1e-310, 2.0**0.5, 0.5**0.5]])
    want = np.log(grid.astype(np.longdouble))
    wide = np.abs(want) > 0
    assert relative(values(core.pr_log, grid)[wide], want[wide]) < 4e-16


def test_log_at_the_edges(core):
    assert core.pr_log(1.0) == 0.0
    assert core.pr_log(0.0) == -math.inf and core.pr_log(math.inf) == math.inf
    assert math.isnan(core.pr_log(-1.0)) and math.isnan(core.pr_log(math.nan))


def test_log_gamma(core, random):
    grid = np.concatenate([spread(random, -8, 8, 20000), np.arange(1, 200) / 2])
    want = special.gammaln(grid)
    error = np.abs(values(core.pr_log_gamma, grid) - want)
    assert np.max(error / np.maximum(np.abs(want), 1.0)) < 1e-13


def test_logit_and_logistic(core, random):
    grid = random.uniform(-25, 25, 20000)
    assert relative(values(core.pr_logistic, grid), special.expit(grid)) < 1e-15
    p = np.concatenate([random.uniform(1e-6, 1 - 1e-6, 20000), [1e-11, 0.25, 0.75]])
    want = special.logit(p)
    assert np.max(np.abs(values(core.pr_logit, p) - want) / np.maximum(np.abs(want), 1.0)) < 1e-13
    assert core.pr_logit(0.0) == core.pr_logit(1e-12) and core.pr_logit(1.0) == core.pr_logit(1 - 1e-12)
    assert core.pr_logistic(-800.0) >= 0.0 and core.pr_logistic(800.0) == 1.0


def beta_grid(random, count):
    alpha, beta = spread(random, -2, 5, count), spread(random, -2, 5, count)
    near = random.beta(alpha, beta)  # where the mass lies
    anywhere = random.uniform(0, 1, count)
    return alpha, beta, np.where(random.uniform(size=count) < 0.7, near, anywhere)


def test_beta_cdf(core, random):
    alpha, beta, x = beta_grid(random, 20000)
    got = np.array([core.pr_beta_cdf(*map(float, row)) for row in zip(x, alpha, beta)])
    assert np.max(np.abs(got - special.betainc(alpha, beta, x))) < 1e-9
    moderate = (alpha < 1000) & (beta < 1000)
    # log Γ(1000) is about 5900, and one rounding of it is 1e-12 of the result.
    assert np.max(np.abs(got - special.betainc(alpha, beta, x))[moderate]) < 5e-12
    assert core.pr_beta_cdf(0.0, 2.0, 5.0) == 0.0 and core.pr_beta_cdf(1.0, 2.0, 5.0) == 1.0


def test_beta_quantile(core, random):
    count = 5000
    alpha, beta = spread(random, -0.3, 4, count), spread(random, -0.3, 4, count)
    p = np.concatenate([random.uniform(0, 1, count - 400), np.full(200, 0.025), np.full(200, 0.975)])
    got = np.array([core.pr_beta_quantile(*map(float, row)) for row in zip(p, alpha, beta)])
    assert np.max(np.abs(special.betainc(alpha, beta, got) - p)) < 1e-9
    assert core.pr_beta_quantile(0.0, 2.0, 5.0) == 0.0 and core.pr_beta_quantile(1.0, 2.0, 5.0) == 1.0


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999])
def test_wilson_interval(core, confidence):
    z = float(stats.norm.ppf(0.5 + confidence / 2))
    low, high = ctypes.c_double(), ctypes.c_double()
    for trials in [1, 2, 3, 5, 10, 37, 100, 1000, 100000]:
        for successes in sorted({0, 1, trials // 3, trials // 2, trials - 1, trials}):
            core.pr_wilson_interval(successes, trials, z, ctypes.byref(low), ctypes.byref(high))
            want = stats.binomtest(successes, trials).proportion_ci(confidence, method="wilson")
            assert low.value == pytest.approx(want.low, abs=1e-13)
            assert high.value == pytest.approx(want.high, abs=1e-13)
    core.pr_wilson_interval(0.0, 0.0, z, ctypes.byref(low), ctypes.byref(high))
    assert (low.value, high.value) == (0.0, 1.0)


def test_mix64_is_splitmix64(core):
    # The first outputs of Vigna's splitmix64 with state 1234567, as published with it.
    state, golden = 1234567, 0x9E3779B97F4A7C15
    want = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821]
    assert [core.pr_mix64((state + i * golden) % 2**64) for i in range(5)] == want


def test_uniform_is_uniform(core):
    draws = np.array([core.pr_uniform(7, i) for i in range(50000)])
    assert draws.min() >= 0.0 and draws.max() < 1.0
    assert stats.kstest(draws, "uniform").pvalue > 1e-3
    assert abs(np.corrcoef(draws[:-1], draws[1:])[0, 1]) < 0.02
