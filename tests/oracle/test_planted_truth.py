"""On thin segments the learned prior finds what people like better than Beta(2, 5), and that better than raw rates."""
import pytest

import planted_truth


@pytest.fixture(scope="module")
def values():
    return planted_truth.measure(seeds=range(1, 9), min_users=1)


def test_the_priors_keep_their_order_with_intervals_apart(values):
    learned, beta, raw = (planted_truth.interval(values[name]) for name in ("learned", "Beta(2,5)", "raw"))
    assert learned[1] > beta[2] and beta[1] > raw[2], (learned, beta, raw)
