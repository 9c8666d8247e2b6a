/* The Beta-Binomial marginal likelihood and the strength of the prior that maximises it.
 *
 *     log L(k) = sum of log B(s + kp, n - s + k(1 - p)) - log B(kp, k(1 - p))
 *
 * With few trials the quotient of Beta functions is a quotient of short products, and the logarithm is taken of the
 * product over many cells; with many trials Stirling's series is faster. */
#include "prior.h"

enum { SHORT_PRODUCT = 24 };

/* log Gamma(x): Stirling's series from 10 upwards, error below 1e-10; smaller x are shifted up. */
static double log_gamma(double x) {
    const double half_log_two_pi = 0.91893853320467274178;
    double product = 1.0;
    for (; x < 10.0; x += 1.0)
        product *= x;
    double inverse = 1.0 / x, square = inverse * inverse;
    double series = inverse * (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0)));
    double value = (x - 0.5) * pr_log(x) - x + half_log_two_pi + series;
    return product == 1.0 ? value : value - pr_log(product);
}

/* B(s + a, f + b) / B(a, b) by products. */
static double quotient(double a, double b, uint32_t successes, uint32_t failures) {
    double above = 1.0, below = 1.0, k = a + b;
    for (uint32_t i = 0; i < successes; i++)
        above *= a + i;
    for (uint32_t i = 0; i < failures; i++)
        above *= b + i;
    for (uint32_t i = 0; i < successes + failures; i++)
        below *= k + i;
    return above / below;
}

static double log_quotient(double a, double b, uint32_t successes, uint32_t failures) {
    double sum = log_gamma(a + successes) - log_gamma(a);
    sum += log_gamma(b + failures) - log_gamma(b);
    return sum - (log_gamma(a + b + (successes + failures)) - log_gamma(a + b));
}

double prt_prior_likelihood(const prt_trial *trials, size_t count, double strength) {
    const double smallest = 1e-150;
    double sum = 0, product = 1.0;
    for (size_t i = 0; i < count; i++) {
        const prt_trial *t = &trials[i];
        double a = strength * t->mean, b = strength - a;
        if (t->trials > SHORT_PRODUCT) {
            sum += log_quotient(a, b, t->successes, t->trials - t->successes);
            continue;
        }
        product *= quotient(a, b, t->successes, t->trials - t->successes);
        if (product < smallest) {
            sum += pr_log(product);
            product = 1.0;
        }
    }
    return sum + pr_log(product);
}

/* Golden section over the logarithm of the strength: the likelihood has one maximum there. */
double prt_prior_strength(const prt_trial *trials, size_t count) {
    const double ratio = 0.61803398874989484820, precision = 0.004, unknown = 10.0;
    if (count == 0)
        return unknown;
    double low = pr_log(0.5), high = pr_log(1e5);
    double x1 = high - ratio * (high - low), x2 = low + ratio * (high - low);
    double f1 = prt_prior_likelihood(trials, count, pr_exp(x1)), f2 = prt_prior_likelihood(trials, count, pr_exp(x2));
    while (high - low > precision) {
        if (f1 >= f2) {
            high = x2;
            x2 = x1;
            f2 = f1;
            x1 = high - ratio * (high - low);
            f1 = prt_prior_likelihood(trials, count, pr_exp(x1));
        } else {
            low = x1;
            x1 = x2;
            f1 = f2;
            x2 = low + ratio * (high - low);
            f2 = prt_prior_likelihood(trials, count, pr_exp(x2));
        }
    }
    return pr_exp((low + high) / 2);
}
