/* One feature row: what the weeks before tell about a (user, item) pair. docs/ranking.md has the formulas. */
#include "base.h"

#include <string.h>

const char *pr_feature_kind_name(pr_feature_kind kind) {
    static const char *const names[] = {
#define PR_FEATURE_NAME(name) #name,
        PR_FEATURE_LIST(PR_FEATURE_NAME)
#undef PR_FEATURE_NAME
    };
    return (uint32_t)kind < PR_FEATURE_KINDS ? names[kind] : "";
}

/* decay^steps by squaring: the same multiplications everywhere. */
static double power(double decay, int64_t steps) {
    double result = 1;
    for (double square = decay; steps > 0; steps >>= 1, square *= square) {
        if (steps & 1)
            result *= square;
    }
    return result;
}

static void scale(pr_faded *sums, double factor) {
    sums->impressions *= factor;
    sums->clicks *= factor;
    sums->views *= factor;
    sums->likes *= factor;
    sums->watch *= factor;
}

static void add(pr_faded *sums, const pr_week *week) {
    const double thousandth = 1000;
    sums->impressions += week->impressions;
    sums->clicks += week->clicks;
    sums->views += week->views;
    sums->likes += week->likes;
    sums->watch += (double)week->watch / thousandth;
    sums->all_impressions += week->impressions;
    sums->all_clicks += week->clicks;
    if (week->clicks)
        sums->last_click = week->week;
}

void pr_fade(const pr_week *weeks, size_t count, int32_t week, double decay, pr_faded *out) {
    int64_t before = 0; /* the week that the sums are faded to */
    memset(out, 0, sizeof *out);
    out->last_click = INT32_MIN;
    for (size_t i = 0; i < count && weeks[i].week < week; i++) {
        if (i > 0)
            scale(out, power(decay, (int64_t)weeks[i].week - before));
        add(out, &weeks[i]);
        before = weeks[i].week;
    }
    if (count > 0 && weeks[0].week < week)
        scale(out, power(decay, (int64_t)week - 1 - before));
}

/* ---- rates ---- */

/* (successes + strength x mean) / (trials + strength); the mean when both are nothing. */
static double smoothed(double successes, double trials, double strength, double mean) {
    double weight = trials + strength;
    return weight > 0 ? (successes + strength * mean) / weight : mean;
}

static double ratio(double part, double whole) {
    return whole > 0 ? part / whole : 0;
}

/* The mean share of a view that was watched; NaN without views. */
static double mean_watch(const pr_faded *sums) {
    return sums->views > 0 ? sums->watch / sums->views : __builtin_nan("");
}

static double ctr(const pr_feature_set *set, const pr_faded *sums, double mean) {
    return smoothed(sums->clicks, sums->impressions, set->ctr_strength, mean);
}

static double view_rate(const pr_feature_set *set, const pr_faded *sums, double mean) {
    return smoothed(sums->views, sums->clicks, set->view_strength, mean);
}

static double like_rate(const pr_feature_set *set, const pr_faded *sums, double mean) {
    return smoothed(sums->likes, sums->views, set->like_strength, mean);
}

/* How often everybody clicks, views and likes: what thin rates lean on. */
typedef struct base_rates {
    double ctr, view, like;
    double expected; /* click rate that user and item let expect */
} base_rates;

static base_rates rates_of(const pr_feature_set *set, const pr_feature_input *input) {
    const pr_faded *all = input->everyone;
    base_rates base = {.ctr = ratio(all->clicks, all->impressions),
                       .view = ratio(all->views, all->clicks),
                       .like = ratio(all->likes, all->views)};
    base.expected = pr_logistic(pr_logit(ctr(set, input->item, base.ctr)) + pr_logit(ctr(set, input->user, base.ctr)) -
                                pr_logit(base.ctr));
    return base;
}

/* A sum of an item as a multiple of the average item's. */
static double multiple(const pr_feature_set *set, double of_item, double of_everyone) {
    return of_everyone > 0 ? of_item * set->items / of_everyone : 0;
}

static double value_of(const pr_feature_set *set, const pr_feature_input *in, const base_rates *base,
                       pr_feature feature) {
    const pr_faded *pair = in->pair, *item = in->item, *user = in->user, *all = in->everyone;
    switch (feature.kind) {
    case PR_FEATURE_impressions:
        return pair->impressions;
    case PR_FEATURE_clicks:
        return pair->clicks;
    case PR_FEATURE_video_views:
        return pair->views;
    case PR_FEATURE_likes:
        return pair->likes;
    case PR_FEATURE_avg_watch_time:
        return mean_watch(pair);
    case PR_FEATURE_ctr:
        return ctr(set, pair, base->ctr);
    case PR_FEATURE_view_rate:
        return view_rate(set, pair, base->view);
    case PR_FEATURE_like_rate:
        return like_rate(set, pair, base->like);
    case PR_FEATURE_all_impressions:
        return pair->all_impressions;
    case PR_FEATURE_all_clicks:
        return pair->all_clicks;
    case PR_FEATURE_weeks_since_click:
        return pair->last_click == INT32_MIN ? __builtin_nan("") : (double)in->week - pair->last_click;
    case PR_FEATURE_ctr_lift:
        return ctr(set, pair, base->expected) - base->expected;
    case PR_FEATURE_expected_ctr:
        return base->expected;
    case PR_FEATURE_item_impressions:
        return multiple(set, item->impressions, all->impressions);
    case PR_FEATURE_item_clicks:
        return multiple(set, item->clicks, all->clicks);
    case PR_FEATURE_item_views:
        return multiple(set, item->views, all->views);
    case PR_FEATURE_item_likes:
        return multiple(set, item->likes, all->likes);
    case PR_FEATURE_item_watch:
        return mean_watch(item);
    case PR_FEATURE_item_ctr:
        return ctr(set, item, base->ctr);
    case PR_FEATURE_item_view_rate:
        return view_rate(set, item, base->view);
    case PR_FEATURE_item_like_rate:
        return like_rate(set, item, base->like);
    case PR_FEATURE_user_impressions:
        return user->impressions;
    case PR_FEATURE_user_clicks:
        return user->clicks;
    case PR_FEATURE_user_ctr:
        return ctr(set, user, base->ctr);
    case PR_FEATURE_user_view_rate:
        return view_rate(set, user, base->view);
    case PR_FEATURE_user_like_rate:
        return like_rate(set, user, base->like);
    case PR_FEATURE_goal_match:
        return in->goal_match;
    case PR_FEATURE_speciality:
        return in->specialities[feature.argument];
    case PR_FEATURE_goal:
        return in->goals ? in->goals[feature.argument] : 0;
    case PR_FEATURE_column:
        return in->columns[feature.argument];
    case PR_FEATURE_KINDS:
        break;
    }
    return 0;
}

void pr_feature_row(const pr_feature_set *set, const pr_feature_input *input, float *out) {
    base_rates base = rates_of(set, input);
    for (uint32_t f = 0; f < set->count; f++)
        out[f] = (float)value_of(set, input, &base, set->features[f]);
}
