/* Who shops at a made-up retailer: budget, taste, how often, since when. */
#include "retail_world.h"

#include <math.h>

const char *const prt_retail_segment_names[PRT_RETAIL_SEGMENTS] = {"small", "low_average", "average", "high"};

static const double segment_shares[PRT_RETAIL_SEGMENTS] = {0.25, 0.25, 0.25, 0.25};
static const double segment_budgets[PRT_RETAIL_SEGMENTS] = {0.6, 0.85, 1.15, 1.8};
static const double BUDGET_SPREAD = 0.12; /* deviation of its logarithm within a segment */
static const double favourite_shares[PRT_RETAIL_FAVOURITES] = {0.35, 0.25, 0.18, 0.12, 0.1};
static const double USUAL_GAP = 26, LEAST_GAP = 4, GAP_SPREAD = 0.6;
static const double THERE_BEFORE = 0.4; /* share of the shoppers who were there when the log begins */
static const double LEAVING = 0.4, USUAL_STAY = 150;
static const double household_shares[] = {0.5, 0.3, 0.15, 0.05};
static const double TRADE = 0.02; /* share of those who buy for resale */
enum { TRADE_UNITS = 12 };

/* Well-known aisles are more people's favourites; none is so twice while there are others. */
static void draw_favourites(const prt_retail_world *w, prt_shopper *s, prt_draw *draw) {
    double left[PRT_RETAIL_KINDS];
    for (uint32_t k = 0; k < PRT_RETAIL_KINDS; k++)
        left[k] = w->aisles[k].share;
    for (int i = 0; i < PRT_RETAIL_FAVOURITES; i++) {
        uint32_t kind = prt_draw_share(draw, left, PRT_RETAIL_KINDS);
        s->favourites[i] = left[kind] > 0 ? kind : s->favourites[0];
        left[kind] = 0;
    }
}

/* Some have shopped for half a year when the log begins; the others come evenly. */
static void draw_times(const prt_retail_world *w, prt_shopper *s, prt_draw *draw) {
    int64_t first = prt_retail_first_day(w), end = w->options->last_day + (int64_t)1;
    bool before = prt_draw_uniform(draw) < THERE_BEFORE, leaves = prt_draw_uniform(draw) < LEAVING;
    double come = prt_draw_uniform(draw), stay = 1 - pr_log(1 - prt_draw_uniform(draw)) * USUAL_STAY;
    s->joined =
        before ? first - (int64_t)(come * PRT_RETAIL_BEFORE) : first + (int64_t)(come * (double)w->options->days);
    int64_t known = s->joined < first ? first : s->joined;
    s->left = leaves && known + (int64_t)stay < end ? known + (int64_t)stay : end;
}

prt_shopper prt_shopper_make(const prt_retail_world *w, uint64_t index) {
    prt_draw draw = prt_draw_open(w->options->seed, PRT_DRAW_USER, index);
    prt_shopper s = {.segment = prt_draw_share(&draw, segment_shares, PRT_RETAIL_SEGMENTS)};
    s.log_budget = pr_log(segment_budgets[s.segment]) + BUDGET_SPREAD * prt_draw_normal(&draw);
    s.budget = pr_exp(s.log_budget);
    draw_favourites(w, &s, &draw);
    for (int f = 0; f < PRT_RETAIL_FACTORS; f++)
        s.factors[f] = prt_draw_normal(&draw);
    s.gap = USUAL_GAP * pr_exp(GAP_SPREAD * prt_draw_normal(&draw));
    s.gap = s.gap < LEAST_GAP ? LEAST_GAP : s.gap;
    s.pace = pr_exp(PRT_RETAIL_PACE * prt_draw_normal(&draw));
    s.household = 1 + prt_draw_share(&draw, household_shares, 4);
    s.household *= prt_draw_uniform(&draw) < TRADE ? TRADE_UNITS : 1;
    draw_times(w, &s, &draw);
    return s;
}

double prt_shopper_fit(const prt_shopper *shopper, const prt_retail_item *item) {
    double taste = 0, dearer = item->dearness - shopper->log_budget;
    for (int f = 0; f < PRT_RETAIL_FACTORS; f++)
        taste += shopper->factors[f] * item->factors[f];
    double deviation = dearer / (dearer > 0 ? PRT_RETAIL_DEARER : PRT_RETAIL_CHEAPER);
    return pr_logistic(PRT_RETAIL_TASTE * taste) * pr_exp(-deviation * deviation / 2);
}

void prt_shopper_aisles(const prt_retail_world *w, const prt_shopper *shopper, int64_t day,
                        double chances[PRT_RETAIL_KINDS]) {
    double total = 0;
    for (uint32_t k = 0; k < PRT_RETAIL_KINDS; k++)
        chances[k] = (1 - PRT_RETAIL_LOYAL) * w->aisles[k].share;
    for (int i = 0; i < PRT_RETAIL_FAVOURITES; i++)
        chances[shopper->favourites[i]] += PRT_RETAIL_LOYAL * favourite_shares[i];
    for (uint32_t k = 0; k < PRT_RETAIL_KINDS; k++)
        total += chances[k] *= prt_retail_season(k, day);
    for (uint32_t k = 0; k < PRT_RETAIL_KINDS; k++)
        chances[k] /= total;
}
