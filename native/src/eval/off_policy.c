/* Importance-weighted and doubly robust estimates of policies from a log of exploration.
 *
 * With reward r, propensity p and the policy's action a (for the uniform policy: each of n with chance 1 / n), a sample
 * has the weight w = [a was shown] / p (uniform: 1 / (n p)).
 *   IPS    mean of w r                                (Horvitz & Thompson 1952)
 *   SNIPS  sum of w r / sum of w                      (Swaminathan & Joachims 2015)
 *   DR     mean of q(a) + w (r - q(shown))            (Dudik, Langford & Li 2011)
 * q is learned from the weeks before and from the other half of the requests (cross-fitting), so that no reward
 * explains itself. */
#include "off_policy.h"
#include "fail.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RESAMPLES = 1000, FOLDS = 2 };
typedef struct judging {
    const prt_config *config;
    const prt_history *history;
    const prt_exploration *log;
    const double *chances;  /* of the pools' entries, or NULL */
    double *expected;       /* click rate that the weeks before let expect, of the pools' entries */
    double scale[FOLDS][2]; /* of those that match the goal or not; learned without the fold's own requests */
    uint64_t seed;
    pr_error *error;
} judging;

/* Sums over a request's places. */
typedef struct request_sums {
    double places, weighted, weight, robust, truth, squared;
    uint32_t matches;
} request_sums;

static bool matches_goal(const judging *j, const prt_logged_request *request, uint32_t item) {
    return request->goal != PRT_NONE && j->history->goal_match &&
           j->history->goal_match[(size_t)request->goal * j->history->item_count + item];
}

/* ---- the reward model: the click rate that user and item let expect by the weeks before, scaled by what the other
   half of the requests says of those that match the goal and of those that do not ---- */

static bool expect_rewards(const judging *j, double *out) {
    const prt_history *h = j->history;
    uint32_t feature = 0;
    float *row = malloc((h->feature_count + (size_t)1) * sizeof *row);
    while (feature < h->feature_count && h->features[feature].kind != PR_FEATURE_expected_ctr)
        feature++;
    for (uint32_t q = 0; row && q < j->log->count; q++) {
        const prt_logged_request *request = &j->log->requests[q];
        for (uint32_t i = request->pool_first; i < request->pool_first + request->pool_count; i++) {
            prt_history_row(h, request->user, j->log->pool[i], request->goal, request->week, row);
            out[i] = feature < h->feature_count ? row[feature] : 0;
        }
    }
    free(row);
    return row != NULL;
}

static void fit_scales(judging *j, uint32_t fold) {
    double clicks[2] = {1, 1}, expected[2] = {1, 1};
    for (uint32_t q = 0; q < j->log->count; q++) {
        const prt_logged_request *request = &j->log->requests[q];
        for (uint32_t p = 0; q % FOLDS != fold && p < request->place_count; p++) {
            const prt_logged_place *place = &j->log->places[request->place_first + p];
            uint32_t entry = request->pool_first + place->shown;
            uint32_t match = matches_goal(j, request, j->log->pool[entry]);
            clicks[match] += place->clicked;
            expected[match] += j->expected[entry];
        }
    }
    for (int match = 0; match < 2; match++)
        j->scale[fold][match] = clicks[match] / expected[match];
}

/* Of an entry of the request's pool. */
static double expected_reward(const judging *j, uint32_t request, uint32_t entry) {
    uint32_t match = matches_goal(j, &j->log->requests[request], j->log->pool[entry]);
    return fmin(j->scale[request % FOLDS][match] * j->expected[entry], 1);
}

/* ---- scores ---- */

/* Clicks of all people, faded: the policy that the log's greedy part resembles. */
static void score_popularity(const judging *j, double *scores) {
    for (uint32_t q = 0; q < j->log->count; q++) {
        const prt_logged_request *request = &j->log->requests[q];
        for (uint32_t i = request->pool_first; i < request->pool_first + request->pool_count; i++) {
            const prt_weeks *items = &j->history->items;
            uint32_t item = j->log->pool[i];
            pr_faded sums;
            pr_fade(items->weeks + items->starts[item], (size_t)(items->starts[item + 1] - items->starts[item]),
                    request->week, j->history->set.decay, &sums);
            /* the goal's filter comes first, as in a served list */
            scores[i] = sums.clicks + (matches_goal(j, request, item) ? 1e15 : 0);
        }
    }
}

static pr_status score_ranker(const judging *j, const prt_ranker *ranker, double *scores) {
    pr_arena arena, scratch;
    const pr_model *model;
    uint32_t columns = j->history->feature_count;
    pr_arena_init(&arena, NULL, 0);
    pr_arena_init(&scratch, NULL, 0);
    pr_status status = pr_model_open(ranker->bytes, ranker->size, &arena, &model, j->error);
    for (uint32_t q = 0; status == PR_OK && q < j->log->count; q++) {
        const prt_logged_request *request = &j->log->requests[q];
        pr_arena_reset(&scratch);
        float *rows = pr_arena_array(&scratch, (size_t)request->pool_count * columns, sizeof *rows);
        for (uint32_t i = 0; rows && i < request->pool_count; i++)
            prt_history_row(j->history, request->user, j->log->pool[request->pool_first + i], request->goal,
                            request->week, rows + (size_t)i * columns);
        status = rows ? pr_model_score(model, rows, request->pool_count, &scratch, scores + request->pool_first)
                      : PR_E_MEMORY;
    }
    pr_arena_free(&arena);
    pr_arena_free(&scratch);
    return status == PR_E_MEMORY ? prt_fail_memory(j->error, "judging policies") : status;
}

/* ---- one request ---- */

/* The best of what is left; ties by item. */
static uint32_t best_of(const prt_logged_request *request, const uint32_t *pool, const double *scores,
                        const bool *gone) {
    uint32_t best = PRT_NONE;
    for (uint32_t i = 0; i < request->pool_count; i++) {
        if (gone[i])
            continue;
        if (best == PRT_NONE || scores[i] > scores[best] || (scores[i] == scores[best] && pool[i] < pool[best]))
            best = i;
    }
    return best;
}

/* Mean over what is left, of the reward model or of the planted chances. */
static double mean_left(const judging *j, uint32_t q, const bool *gone, bool truth) {
    const prt_logged_request *request = &j->log->requests[q];
    double sum = 0, left = 0;
    for (uint32_t i = 0; i < request->pool_count; i++) {
        if (gone[i])
            continue;
        sum += truth ? j->chances[request->pool_first + i] : expected_reward(j, q, request->pool_first + i);
        left++;
    }
    return sum / left;
}

static void judge_place(const judging *j, uint32_t q, const prt_logged_place *place, const double *scores,
                        const bool *gone, uint32_t left, request_sums *sums) {
    const prt_logged_request *request = &j->log->requests[q];
    const uint32_t *pool = j->log->pool + request->pool_first;
    uint32_t action = scores ? best_of(request, pool, scores + request->pool_first, gone) : PRT_NONE;
    double weight = !scores ? 1 / (left * place->propensity) : action == place->shown ? 1 / place->propensity : 0;
    double planned = scores ? expected_reward(j, q, request->pool_first + action) : mean_left(j, q, gone, false);
    sums->places++;
    sums->weight += weight;
    sums->squared += weight * weight;
    sums->weighted += weight * place->clicked;
    sums->robust += planned + weight * (place->clicked - expected_reward(j, q, request->pool_first + place->shown));
    sums->matches += action == place->shown;
    if (j->chances)
        sums->truth += scores ? j->chances[request->pool_first + action] : mean_left(j, q, gone, true);
}

/* `scores` NULL: the uniform policy. */
static pr_status judge_requests(const judging *j, const double *scores, request_sums *out) {
    bool *gone = NULL;
    for (uint32_t q = 0; q < j->log->count; q++) {
        const prt_logged_request *request = &j->log->requests[q];
        bool *grown = realloc(gone, request->pool_count + (size_t)1);
        if (!grown) {
            free(gone);
            return prt_fail_memory(j->error, "judging policies");
        }
        gone = grown;
        memset(gone, 0, request->pool_count);
        for (uint32_t p = 0; p < request->place_count; p++) {
            const prt_logged_place *place = &j->log->places[request->place_first + p];
            judge_place(j, q, place, scores, gone, request->pool_count - p, &out[q]);
            gone[place->shown] = true;
        }
    }
    free(gone);
    return PR_OK;
}

/* ---- estimates ---- */

typedef struct estimates {
    double ips, snips, dr, weight;
} estimates;

static estimates estimate(const request_sums *s) {
    return (estimates){s->weighted / s->places, s->weight > 0 ? s->weighted / s->weight : NAN, s->robust / s->places,
                       s->weight / s->places};
}

static void add_sums(request_sums *sum, const request_sums *more) {
    sum->places += more->places;
    sum->weighted += more->weighted;
    sum->weight += more->weight;
    sum->robust += more->robust;
    sum->truth += more->truth;
    sum->squared += more->squared;
    sum->matches += more->matches;
}

static int rising(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The percentiles of the resamples that have a figure. */
static prt_interval interval_of(double mean, double *samples) {
    uint32_t count = 0;
    for (uint32_t r = 0; r < RESAMPLES; r++) {
        if (!isnan(samples[r]))
            samples[count++] = samples[r];
    }
    if (count == 0)
        return (prt_interval){mean, mean, mean};
    qsort(samples, count, sizeof *samples, rising);
    uint32_t cut = (uint32_t)(0.025 * count);
    return (prt_interval){mean, samples[cut], samples[count - 1 - cut]};
}

/* Percentile bootstrap: requests are drawn again, so that places of one list stay together. */
static pr_status bootstrap(const judging *j, const request_sums *sums, prt_off_policy_row *row, prt_interval *weight) {
    double *samples = malloc(4 * (size_t)RESAMPLES * sizeof *samples);
    request_sums all = {0};
    if (!samples)
        return prt_fail_memory(j->error, "judging policies");
    for (uint32_t q = 0; q < j->log->count; q++)
        add_sums(&all, &sums[q]);
    for (uint32_t r = 0; r < RESAMPLES; r++) {
        request_sums drawn = {0};
        for (uint32_t i = 0; i < j->log->count; i++) {
            double u = pr_uniform(j->seed, (uint64_t)r * j->log->count + i);
            add_sums(&drawn, &sums[(uint32_t)(u * j->log->count)]);
        }
        estimates e = estimate(&drawn);
        samples[r] = e.ips;
        samples[RESAMPLES + r] = e.snips;
        samples[2 * RESAMPLES + r] = e.dr;
        samples[3 * RESAMPLES + r] = e.weight;
    }
    estimates e = estimate(&all);
    row->ips = interval_of(e.ips, samples);
    row->snips = interval_of(e.snips, samples + RESAMPLES);
    row->dr = interval_of(e.dr, samples + 2 * RESAMPLES);
    *weight = interval_of(e.weight, samples + 3 * RESAMPLES);
    row->effective = all.squared > 0 ? all.weight * all.weight / all.squared : 0;
    row->matches = all.matches;
    row->truth = j->chances ? all.truth / all.places : NAN;
    free(samples);
    return PR_OK;
}

static pr_status judge_policy(const judging *j, const char *name, const double *scores, prt_off_policy_result *out) {
    prt_off_policy_row *row = &out->rows[out->count];
    prt_interval weight;
    request_sums *sums = calloc(j->log->count + (size_t)1, sizeof *sums);
    pr_status status = sums ? judge_requests(j, scores, sums) : prt_fail_memory(j->error, "judging policies");
    if (status == PR_OK)
        status = bootstrap(j, sums, row, &weight);
    if (status == PR_OK) {
        row->policy = name;
        out->count++;
        if (!scores)
            out->weight = weight;
    }
    free(sums);
    return status;
}

/* ---- all of it ---- */

static void describe_log(const judging *j, prt_off_policy_result *out) {
    const prt_exploration *log = j->log;
    double clicks = 0, chances = 0;
    out->requests = log->count;
    out->lines = log->lines;
    out->rejected = log->rejected;
    memcpy(out->first_reason, log->first_reason, sizeof out->first_reason);
    out->least_propensity = 1;
    for (uint32_t q = 0; q < log->count; q++) {
        const prt_logged_request *request = &log->requests[q];
        for (uint32_t p = 0; p < request->place_count; p++) {
            const prt_logged_place *place = &log->places[request->place_first + p];
            out->places++;
            clicks += place->clicked;
            chances += j->chances ? j->chances[request->pool_first + place->shown] : NAN;
            out->least_propensity = fmin(out->least_propensity, place->propensity);
        }
    }
    out->logged = clicks / out->places;
    out->logged_truth = chances / out->places;
}

static pr_status judge_all(judging *j, const prt_ranker *rankers, uint32_t ranker_count, prt_off_policy_result *out) {
    double *scores = malloc((j->log->pool_count + (size_t)1) * sizeof *scores);
    pr_status status = scores ? PR_OK : prt_fail_memory(j->error, "judging policies");
    j->expected = malloc((j->log->pool_count + (size_t)1) * sizeof *j->expected);
    if (status == PR_OK && (!j->expected || !expect_rewards(j, j->expected)))
        status = prt_fail_memory(j->error, "judging policies");
    for (uint32_t fold = 0; status == PR_OK && fold < FOLDS; fold++)
        fit_scales(j, fold);
    describe_log(j, out);
    if (status == PR_OK)
        status = judge_policy(j, "uniform", NULL, out);
    if (status == PR_OK) {
        score_popularity(j, scores);
        status = judge_policy(j, "goal-popularity", scores, out);
    }
    for (uint32_t k = 0; status == PR_OK && k < ranker_count; k++) {
        status = score_ranker(j, &rankers[k], scores);
        if (status == PR_OK)
            status = judge_policy(j, prt_model_name(rankers[k].kind), scores, out);
    }
    free(scores);
    free(j->expected);
    return status;
}

pr_status prt_off_policy(const prt_config *config, const prt_dataset *dataset, const prt_history *history,
                         const prt_exploration *log, const prt_ranker *rankers, uint32_t ranker_count,
                         const char *truth, uint64_t seed, prt_off_policy_result *out, pr_error *error) {
    judging j = {.config = config, .history = history, .log = log, .seed = seed, .error = error};
    double *chances = NULL;
    memset(out, 0, sizeof *out);
    if (truth)
        PRT_TRY(prt_truth_read(truth, dataset, log, &chances, error));
    j.chances = chances;
    pr_status status = judge_all(&j, rankers, ranker_count, out);
    free(chances);
    return status;
}
