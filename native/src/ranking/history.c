/* The weekly history: rolled-up sums and the inputs of features, made, looked at, and freed. */
#include "history.h"
#include "fail.h"
#include "progress.h"
#include "rollup.h"

#include <stdlib.h>
#include <string.h>

void prt_history_say_gaps(const prt_history *h) {
    for (uint32_t w = 1; w < h->week_count; w++) {
        int32_t before = h->week_numbers[w - 1], week = h->week_numbers[w];
        if (week == before + 2)
            prt_log_warning("weekly: week %d is missing in the log", before + 1);
        else if (week > before + 2)
            prt_log_warning("weekly: weeks %d to %d are missing in the log", before + 1, week - 1);
    }
}

pr_status prt_history_make(const prt_config *config, const prt_dataset *dataset, int threads, prt_history *out,
                           pr_error *error) {
    memset(out, 0, sizeof *out);
    out->user_count = dataset->users.count;
    out->item_count = dataset->items.count;
    if (dataset->weekly.count == 0)
        return prt_fail(error, PR_E_FORMAT,
                        "%s: weekly.files: there is not a single right row in them; check the files", config->path);
    pr_status status = PR_OK;
    if (!prt_rollup(&dataset->weekly, config->limits.min_users, threads, out))
        status = prt_fail_memory(error, "rolling the weekly log up");
    if (status == PR_OK)
        status = prt_feature_set_make(config, dataset, out, error);
    if (status != PR_OK) {
        prt_history_free(out);
        return status;
    }
    return PR_OK;
}

static void free_weeks(prt_weeks *weeks) {
    free(weeks->starts);
    free(weeks->weeks);
}

static void free_texts(char **texts, uint32_t count) {
    for (uint32_t i = 0; texts && i < count; i++)
        free(texts[i]);
    free(texts);
}

void prt_history_free(prt_history *history) {
    free_weeks(&history->pairs);
    free_weeks(&history->users);
    free_weeks(&history->everyone);
    free_weeks(&history->items);
    free(history->week_numbers);
    free(history->user_pairs);
    free(history->pair_item);
    free_texts(history->names, history->feature_count);
    free_texts(history->arguments, history->feature_count);
    free_texts(history->goals, history->goal_count);
    free(history->features);
    free(history->columns);
    free(history->specialities);
    free(history->goal_users);
    free(history->user_goal);
    free(history->goal_match);
    free(history->goal_features);
    memset(history, 0, sizeof *history);
}

/* ---- feature rows ---- */

void prt_fill_row(const prt_history *h, const pr_faded *pair, const pr_faded *item, const pr_faded *user,
                  const pr_faded *everyone, uint32_t item_row, uint32_t goal, int32_t week, float *out) {
    pr_feature_input input = {
        .pair = pair,
        .item = item,
        .user = user,
        .everyone = everyone,
        .week = week,
        .goal_match = goal != PRT_NONE && h->goal_match && h->goal_match[(size_t)goal * h->item_count + item_row],
        .columns = h->columns + (size_t)item_row * h->column_count,
        .specialities = h->specialities ? h->specialities + (size_t)item_row * h->speciality_count : NULL,
        .goals = goal != PRT_NONE && h->goal_features ? h->goal_features + (size_t)goal * h->goal_count : NULL,
    };
    pr_feature_row(&h->set, &input, out);
}

static void fade_key(const prt_weeks *weeks, uint32_t key, int32_t week, double decay, pr_faded *out) {
    pr_fade(weeks->weeks + weeks->starts[key], (size_t)(weeks->starts[key + 1] - weeks->starts[key]), week, decay, out);
}

/* The week that sums of items and of everyone fade to: a log that has ended keeps its rates (see the core's
 * pr__log_week). */
static int32_t log_week(const prt_history *h, int32_t week) {
    return week <= h->last_week ? week : h->last_week + 1;
}

/* The pair of user and item, or PRT_NONE. */
static uint32_t find_pair(const prt_history *h, uint32_t user, uint32_t item) {
    uint32_t low = h->user_pairs[user], high = h->user_pairs[user + 1];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (h->pair_item[middle] < item)
            low = middle + 1;
        else
            high = middle;
    }
    return low < h->user_pairs[user + 1] && h->pair_item[low] == item ? low : PRT_NONE;
}

void prt_history_row(const prt_history *h, uint32_t user, uint32_t item, uint32_t goal, int32_t week, float *out) {
    pr_faded pair = {.last_click = INT32_MIN}, person = pair, thing, everyone;
    uint32_t found = user == PRT_NONE ? PRT_NONE : find_pair(h, user, item);
    if (found != PRT_NONE)
        fade_key(&h->pairs, found, week, h->set.decay, &pair);
    if (user != PRT_NONE)
        fade_key(&h->users, user, week, h->set.decay, &person);
    int32_t until = log_week(h, week);
    fade_key(&h->items, item, until, h->set.decay, &thing);
    fade_key(&h->everyone, 0, until, h->set.decay, &everyone);
    prt_fill_row(h, &pair, &thing, &person, &everyone, item, goal, week, out);
}

bool prt_fade_week(const prt_history *h, int32_t week, prt_faded_week *out) {
    out->week = week;
    out->items = malloc((h->item_count + (size_t)1) * sizeof *out->items);
    out->users = malloc((h->user_count + (size_t)1) * sizeof *out->users);
    if (!out->items || !out->users) {
        prt_faded_week_free(out);
        return false;
    }
    int32_t until = log_week(h, week);
    fade_key(&h->everyone, 0, until, h->set.decay, &out->everyone);
    for (uint32_t i = 0; i < h->item_count; i++)
        fade_key(&h->items, i, until, h->set.decay, &out->items[i]);
    for (uint32_t u = 0; u < h->user_count; u++)
        fade_key(&h->users, u, week, h->set.decay, &out->users[u]);
    return true;
}

void prt_faded_week_free(prt_faded_week *faded) {
    free(faded->items);
    free(faded->users);
    memset(faded, 0, sizeof *faded);
}
