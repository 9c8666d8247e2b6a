/* Flags by Wilson's interval (1927) of the abandon rate, so that a few bad days do not condemn anybody. */
#include "flags.h"

#include <math.h>

/* Rational approximation by P. J. Acklam (2003). sqrt is exact everywhere, the logarithm is the core's. */
static double tail(double p) {
    static const double c[] = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                               -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
    static const double d[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
                               3.754408661907416e+00};
    double q = sqrt(-2 * pr_log(p));
    double above = ((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5];
    return above / ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1);
}

static double centre(double p) {
    static const double a[] = {-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
                               1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
    static const double b[] = {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
                               6.680131188771972e+01, -1.328068155288572e+01};
    double q = p - 0.5, r = q * q;
    double above = (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q;
    return above / (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
}

double prt_normal_quantile(double p) {
    const double low = 0.02425;
    if (p < low)
        return tail(p);
    return p > 1 - low ? -tail(1 - p) : centre(p);
}

prt_flag_verdict prt_flag_judge(const prt_group *group, const prt_flag_rule *rule) {
    prt_flag_verdict flag = {0, 1, false};
    double abandoned = group->abandoned < group->started ? group->abandoned : group->started;
    pr_wilson_interval(abandoned, group->started, prt_normal_quantile((1 + rule->confidence) / 2), &flag.low,
                       &flag.high);
    flag.flagged = group->started >= rule->minimum_started && flag.low > rule->threshold;
    return flag;
}
