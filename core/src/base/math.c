/* Elementary functions with the same bits everywhere.
 *
 * libm's results differ between C libraries, so every transcendental value of the core comes from here. Only IEEE 754
 * additions, multiplications, divisions and square roots are used, in a written order; the build forbids contraction.
 */
#include "base.h"

#include <float.h>
#include <math.h>
#include <string.h>

static double from_bits(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t to_bits(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* ln 2 in two parts: k · LN2_HIGH is exact for the k that occur. */
static const double LN2_HIGH = 6.93147180369123816490e-01;
static const double LN2_LOW = 1.90821492927058770002e-10;
static const double LOG2_E = 1.44269504088896338700;

/* exp(x) = 2^k · exp(r), |r| <= ln 2 / 2, by the Taylor series to r^13 (remainder below 1e-17). */
double pr_exp(double x) {
    if (x != x)
        return x;
    if (x > 709.782712893384)
        return HUGE_VAL;
    if (x < -745.2)
        return 0.0;
    double scaled = x * LOG2_E;
    int k = (int)(scaled + (scaled >= 0 ? 0.5 : -0.5));
    double high = x - (double)k * LN2_HIGH;
    double low = (double)k * LN2_LOW;
    double r = high - low;
    static const double inverse_factorial[] = {1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0,
                                               1.0 / 362880.0,     1.0 / 40320.0,     1.0 / 5040.0,     1.0 / 720.0,
                                               1.0 / 120.0,        1.0 / 24.0,        1.0 / 6.0,        0.5};
    double series = inverse_factorial[0];
    for (size_t i = 1; i < sizeof inverse_factorial / sizeof *inverse_factorial; i++)
        series = series * r + inverse_factorial[i];
    /* 1 + r + r²·series; what the subtraction above rounded away (`lost`) is given back. */
    double lost = (high - r) - low;
    double result = 1.0 + (r + (r * r * series + lost));
    if (k >= -1021 && k <= 1023)
        return result * from_bits((uint64_t)(k + 1023) << 52);
    if (k > 1023)
        return result * from_bits((uint64_t)(2046) << 52) * from_bits((uint64_t)(k - 1023 + 1023) << 52);
    return result * from_bits((uint64_t)(k + 1023 + 200) << 52) * from_bits((uint64_t)(1023 - 200) << 52);
}

/* log(m · 2^e), m in [√½, √2): log m = 2 artanh(s), s = (m − 1) / (m + 1), by its series to s^23 (|s| < 0.172). */
double pr_log(double x) {
    if (x != x || x == HUGE_VAL)
        return x;
    if (x < 0)
        return (double)NAN;
    if (x == 0)
        return -HUGE_VAL;
    int exponent = 0;
    if (x < DBL_MIN) {
        x *= 18014398509481984.0; /* 2^54 */
        exponent = -54;
    }
    uint64_t bits = to_bits(x);
    exponent += (int)(bits >> 52) - 1023;
    double m = from_bits((bits & 0x000FFFFFFFFFFFFFull) | 0x3FF0000000000000ull);
    if (m > 1.41421356237309504880) {
        m *= 0.5;
        exponent++;
    }
    double f = m - 1.0;
    double s = f / (2.0 + f);
    double z = s * s;
    double series = 0.0;
    for (int power = 23; power >= 3; power -= 2)
        series = (series + 1.0 / power) * z;
    /* log(1 + f) = 2s + 2s·series, and 2s = f − s·f keeps the leading term exact. */
    double small = 2.0 * s * series - s * f;
    double e = (double)exponent;
    return e * LN2_HIGH + (f + (small + e * LN2_LOW));
}

/* log Γ by Stirling's series (Abramowitz & Stegun 6.1.41) for x >= 10, reached by the recurrence. */
double pr_log_gamma(double x) {
    double product = 1.0;
    while (x < 10.0) {
        product *= x;
        x += 1.0;
    }
    double r = 1.0 / x;
    double z = r * r;
    double series =
        r * (1.0 / 12.0 -
             z * (1.0 / 360.0 -
                  z * (1.0 / 1260.0 - z * (1.0 / 1680.0 - z * (1.0 / 1188.0 - z * (691.0 / 360360.0 - z / 156.0))))));
    return (x - 0.5) * pr_log(x) - x + 0.91893853320467274178 + series - pr_log(product);
}

double pr_logit(double p) {
    if (p < 1e-12)
        p = 1e-12;
    if (p > 1.0 - 1e-12)
        p = 1.0 - 1e-12;
    return pr_log(p) - pr_log(1.0 - p);
}

double pr_logistic(double x) {
    if (x >= 0)
        return 1.0 / (1.0 + pr_exp(-x));
    double e = pr_exp(x);
    return e / (1.0 + e);
}

/* The continued fraction of the incomplete beta function (A&S 26.5.8) by Lentz's method as modified by Thompson and
 * Barnett (1986). It converges in O(√max(a, b)) steps for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double x, double a, double b) {
    const double tiny = 1e-300;
    double c = 1.0;
    double d = 1.0 - (a + b) * x / (a + 1.0);
    if (fabs(d) < tiny)
        d = tiny;
    d = 1.0 / d;
    double fraction = d;
    for (int m = 1; m <= 500; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1.0 + even * d;
        c = 1.0 + even / c;
        if (fabs(d) < tiny)
            d = tiny;
        if (fabs(c) < tiny)
            c = tiny;
        d = 1.0 / d;
        fraction *= d * c;
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1.0 + odd * d;
        c = 1.0 + odd / c;
        if (fabs(d) < tiny)
            d = tiny;
        if (fabs(c) < tiny)
            c = tiny;
        d = 1.0 / d;
        double step = d * c;
        fraction *= step;
        if (fabs(step - 1.0) < 1e-15)
            break;
    }
    return fraction;
}

static double log_beta(double a, double b) {
    return pr_log_gamma(a) + pr_log_gamma(b) - pr_log_gamma(a + b);
}

static double beta_cdf_with(double x, double a, double b, double log_beta_ab) {
    if (x <= 0)
        return 0.0;
    if (x >= 1)
        return 1.0;
    double front = pr_exp(a * pr_log(x) + b * pr_log(1.0 - x) - log_beta_ab);
    if (x < (a + 1.0) / (a + b + 2.0))
        return front * beta_fraction(x, a, b) / a;
    return 1.0 - front * beta_fraction(1.0 - x, b, a) / b;
}

double pr_beta_cdf(double x, double alpha, double beta) {
    return beta_cdf_with(x, alpha, beta, log_beta(alpha, beta));
}

/* Newton's method inside a shrinking bracket: where a step leaves the bracket, bisect. */
double pr_beta_quantile(double p, double alpha, double beta) {
    if (!(p > 0))
        return 0.0;
    if (p >= 1)
        return 1.0;
    double norm = log_beta(alpha, beta);
    double low = 0.0, high = 1.0;
    double x = alpha / (alpha + beta);
    for (int i = 0; i < 200; i++) {
        double error = beta_cdf_with(x, alpha, beta, norm) - p;
        if (fabs(error) < 1e-10)
            break;
        if (error > 0)
            high = x;
        else
            low = x;
        double density = pr_exp((alpha - 1.0) * pr_log(x) + (beta - 1.0) * pr_log(1.0 - x) - norm);
        double next = x - error / density;
        if (!(next > low && next < high))
            next = 0.5 * (low + high);
        if (next == x)
            break;
        x = next;
    }
    return x;
}

void pr_wilson_interval(double successes, double trials, double z, double *low, double *high) {
    if (!(trials > 0)) {
        *low = 0.0;
        *high = 1.0;
        return;
    }
    double p = successes / trials;
    double zz = z * z;
    double centre = (p + zz / (2.0 * trials)) / (1.0 + zz / trials);
    double half = z * sqrt(p * (1.0 - p) / trials + zz / (4.0 * trials * trials)) / (1.0 + zz / trials);
    *low = centre - half > 0 ? centre - half : 0.0;
    *high = centre + half < 1 ? centre + half : 1.0;
}

uint64_t pr_mix64(uint64_t x) {
    x += 0x9E3779B97F4A7C15ull;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
    return x ^ (x >> 31);
}

double pr_uniform(uint64_t seed, uint64_t counter) {
    return (double)(pr_mix64(counter ^ pr_mix64(seed)) >> 11) * (1.0 / 9007199254740992.0);
}

uint64_t pr_hash_bytes(const void *bytes, size_t size, uint64_t seed) {
    const uint8_t *p = bytes;
    uint64_t hash = 0xCBF29CE484222325ull ^ seed;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ p[i]) * 0x100000001B3ull;
    return pr_mix64(hash);
}
