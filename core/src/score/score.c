/* The score of a candidate: engagement (completion, smoothed like rate, views z-score), freshness, boosts, text. */
#include "pipeline.h"

#include <math.h>

/* Successes out of trials with a prior: its mean counts like `strength` trials. */
typedef struct rate {
    double successes, trials, mean, strength;
} rate;

static double posterior_mean(rate r) {
    double weight = r.trials + r.strength;
    return weight > 0 ? (r.successes + r.strength * r.mean) / weight : 0.0;
}

/* Likes and dislikes of similar items count as parts of trials of this one: continuous correlated beta processes
 * (Goetschalckx, Poupart & Hoey, 2011, eq. 4) with the cosine of the tags as kernel. */
static void add_own(pr_engine *engine, const pr_query *query, pr_candidate *candidate, pr_item item, rate *like) {
    if (query->knobs.own_weight <= 0)
        return;
    for (uint32_t i = 0; i < query->own.count; i++) {
        const pr_own_item *own = &query->own.items[i];
        pr_item other;
        if ((!own->liked && !own->disliked) || !pr__item(engine, own->item, &other))
            continue;
        double weight = query->knobs.own_weight *
                        (own->item == candidate->item ? 1.0 : pr__similarity(&engine->settings, item, other));
        candidate->own_trials += weight;
        like->trials += weight;
        like->successes += own->liked ? weight : 0.0;
    }
}

/* The prior of one rate of a cell under the learned model; for everyone's counts the type is not known. */
static void learned_prior(const pr_rate_model *model, rate *r, double item_successes, double item_trials,
                          double type_rate, double row_successes, double row_trials, bool cell) {
    if (cell) {
        r->mean = pr_rate_prior(model, item_successes - r->successes, item_trials - r->trials, type_rate, row_successes,
                                row_trials);
        r->strength = model->cell_strength;
    } else {
        r->mean = model->mean;
        r->strength = model->item_strength;
    }
}

static void set_priors(const pr_engine *engine, const pr_query *query, const pr_list *list,
                       const pr_candidate *candidate, pr_item item, rate *like, rate *completion) {
    if (query->knobs.prior == PR_PRIOR_BETA) {
        like->strength = query->knobs.alpha + query->knobs.beta;
        like->mean = like->strength > 0 ? query->knobs.alpha / like->strength : 0.0;
    }
    if (query->knobs.prior != PR_PRIOR_LEARNED)
        return;
    const pr_row *row = candidate->row == PR_NO_ROW ? NULL : &list->rows[candidate->row];
    pr_counts all = pr__counts(&item.view->counts, item.row),
              totals = row && row->found ? row->segment.totals : (pr_counts){0, 0, 0, 0};
    /* counts of everyone may have been withheld where too few people stand behind them */
    double rated = all.rated > candidate->counts.rated ? all.rated : candidate->counts.rated,
           liked = all.liked > candidate->counts.liked ? all.liked : candidate->counts.liked;
    double started = all.started > candidate->counts.started ? all.started : candidate->counts.started;
    double completed = all.completed > candidate->counts.completed ? all.completed : candidate->counts.completed;
    learned_prior(&engine->settings.like, like, liked, rated, row ? row->like_rate : 0, totals.liked, totals.rated,
                  row != NULL);
    learned_prior(&engine->settings.completion, completion, completed, started, row ? row->completion_rate : 0,
                  totals.completed, totals.started, row != NULL);
}

/* How many standard deviations the item's started sessions lie above the mean of its row. */
static double views_z(const pr_list *list, const pr_candidate *candidate) {
    const pr_segment *segment = candidate->row == PR_NO_ROW ? &list->everyone : &list->rows[candidate->row].segment;
    if (!segment->view)
        return 0.0;
    double mean = segment->view->views[2 * segment->row], deviation = segment->view->views[2 * segment->row + 1];
    return deviation > 0 ? (candidate->counts.started - mean) / deviation : 0.0;
}

static void set_freshness(const pr_engine *engine, const pr_query *query, pr_candidate *candidate, pr_item item) {
    uint32_t column = engine->settings.freshness_column;
    int32_t date = column == PR_NO_COLUMN ? INT32_MIN : pr__item_integer(item, column);
    candidate->days_old = -1;
    candidate->freshness = 1.0;
    if (date == INT32_MIN)
        return;
    int64_t seconds = query->now - (int64_t)date * 86400;
    int64_t days = seconds < 0 ? 0 : seconds / 86400;
    candidate->days_old = days > INT32_MAX ? INT32_MAX : (int32_t)days;
    candidate->freshness = pr_exp(-query->knobs.decay * candidate->days_old);
}

static bool any_code(const pr_settings *settings, pr_item item, uint32_t column, const pr_code_set *codes) {
    if (!codes->bits || column == PR_NO_COLUMN)
        return false;
    uint32_t first, count = pr__item_codes(settings, item, column, &first);
    for (uint32_t i = first; i < first + count; i++) {
        if (pr__bit(codes->bits, pr__uint(item.view->columns[column].codes, i)))
            return true;
    }
    return false;
}

static void score_one(pr_engine *engine, const pr_query *query, const pr_list *list, pr_candidate *candidate,
                      double text_scale) {
    pr_item item;
    if (!pr__item(engine, candidate->item, &item))
        return;
    double *part = candidate->parts;
    rate like = {candidate->counts.liked, candidate->counts.rated, 0, 0},
         completion = {candidate->counts.completed, candidate->counts.started, 0, 0};
    set_priors(engine, query, list, candidate, item, &like, &completion);
    add_own(engine, query, candidate, item, &like);
    set_freshness(engine, query, candidate, item);
    candidate->alpha = like.successes + like.strength * like.mean;
    candidate->beta = like.trials + like.strength - candidate->alpha;
    if (query->by_popularity) {
        part[PR_PART_popularity] = pr__counts(&item.view->counts, item.row).started;
    } else {
        part[PR_PART_completion] = candidate->freshness * (query->knobs.completion * posterior_mean(completion));
        part[PR_PART_like] = candidate->freshness * (query->knobs.like * posterior_mean(like));
        part[PR_PART_views] = candidate->freshness * (query->knobs.views * views_z(list, candidate));
        part[PR_PART_boost_type] = any_code(&engine->settings, item, engine->settings.type_column, &query->should_types)
                                       ? query->knobs.boost_type
                                       : 0.0;
        part[PR_PART_boost_instructor] =
            any_code(&engine->settings, item, engine->settings.flag_column, &query->should_groups)
                ? query->knobs.boost_instructor
                : 0.0;
        part[PR_PART_text] = candidate->text * text_scale;
    }
    candidate->score = 0;
    for (int i = 0; i < PR_PARTS; i++)
        candidate->score += part[i];
}

/* The row of everyone, "*|*|…|*", holds the mean and deviation of all items' views. */
static void find_everyone(pr_engine *engine, pr_list *list) {
    char key[2 * PR_MAX_DIMENSIONS];
    size_t size = 0;
    for (uint32_t d = 0; d < engine->settings.dimension_count; d++) {
        if (d)
            key[size++] = '|';
        key[size++] = '*';
    }
    pr__segment_find(engine, (pr_text){key, size}, &list->everyone);
}

void pr__score_all(pr_engine *engine, const pr_query *query, pr_list *list) {
    double best = 0;
    find_everyone(engine, list);
    for (uint32_t i = 0; i < list->count; i++)
        best = list->candidates[i].text > best ? list->candidates[i].text : best;
    for (uint32_t i = 0; i < list->count; i++)
        score_one(engine, query, list, &list->candidates[i], best > 0 ? 1.0 / best : 0.0);
}
