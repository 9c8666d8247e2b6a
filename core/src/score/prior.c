/* The mean of the learned prior; see docs/scoring.md. */
#include "base.h"

static double shrunk(double successes, double trials, double strength, double towards) {
    double weight = trials + strength;
    return weight > 0 ? (successes + strength * towards) / weight : towards;
}

double pr_rate_prior(const pr_rate_model *model, double item_successes, double item_trials, double type_rate,
                     double row_successes, double row_trials) {
    double item = shrunk(item_successes, item_trials, model->item_strength, type_rate);
    double row = shrunk(row_successes, row_trials, model->row_strength, type_rate);
    return pr_logistic(pr_logit(item) + pr_logit(row) - pr_logit(type_rate));
}
