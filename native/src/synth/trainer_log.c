/* all_weeks_interactions.csv: who was shown whom in each week, and what came of it: impressions, clicks, views, likes.
 */
#include "trainer_world.h"

#include <stdlib.h>

enum { MEAN_SHOWN = 27, LEAST_SHOWN = 3, MOST_SHOWN = 150, MOST_TRIES = 1000 };
static const double PRESENT = 0.93; /* chance that a client looks in at all in a week */

typedef struct week_log {
    prt_trainer_world *world;
    prt_synth_file *out;
    uint32_t week;
    double *drift;    /* of each trainer in this week */
    uint64_t *stamp;  /* of each trainer: the last (week, client) it was shown to, from 1 */
    uint64_t showing; /* the current (week, client) */
    uint32_t count, list[MOST_SHOWN];
} week_log;

/* The first trainer whose running sum passes `at`. */
static uint32_t find_shown(const double *sums, uint32_t count, double at) {
    uint32_t low = 0, high = count - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (sums[middle] > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void show(week_log *l, uint32_t trainer) {
    if (l->stamp[trainer] == l->showing)
        return;
    l->stamp[trainer] = l->showing;
    l->list[l->count++] = trainer;
}

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Draw different trainers, each with its chance among those not yet drawn; what many draws have not found (small
 * catalogues) is filled up in order. */
static void choose_shown(week_log *l, const prt_client *client, prt_draw *draw) {
    const prt_trainer_world *w = l->world;
    const double *sums = w->shown + (size_t)client->goal * w->trainers;
    double wanted = MEAN_SHOWN * client->activity * (0.75 + 0.5 * prt_draw_uniform(draw));
    uint32_t count = wanted < LEAST_SHOWN ? LEAST_SHOWN : wanted > MOST_SHOWN ? MOST_SHOWN : (uint32_t)wanted;
    count = count < w->trainers ? count : w->trainers;
    l->count = 0;
    for (int tries = 0; l->count < count && tries < MOST_TRIES; tries++)
        show(l, find_shown(sums, w->trainers, prt_draw_uniform(draw) * sums[w->trainers - 1]));
    for (uint32_t t = 0; l->count < count; t++)
        show(l, t);
    qsort(l->list, l->count, sizeof *l->list, by_number);
}

static uint32_t count_hits(prt_draw *draw, uint32_t trials, double log_odds) {
    double chance = trials ? pr_logistic(log_odds) : 0;
    uint32_t hits = 0;
    for (uint32_t i = 0; i < trials; i++)
        hits += prt_draw_uniform(draw) < chance;
    return hits;
}

static void put_count(prt_synth_file *out, uint32_t count) {
    prt_put_char(out, ',');
    prt_put_integer(out, count);
}

static void write_row(week_log *l, uint64_t u, const prt_client *client, uint32_t t) {
    static const double impression_shares[] = {0.42, 0.30, 0.18, 0.10};
    prt_trainer_world *w = l->world;
    uint64_t row = ((uint64_t)(l->week - 1) * w->options->users + u) * w->trainers + t;
    prt_draw draw = prt_draw_open(w->options->seed, PRT_DRAW_WEEK, row);
    prt_regard regard = prt_regard_of(client, &w->trainer[t]);
    uint32_t impressions = 1 + prt_draw_share(&draw, impression_shares, 4);
    uint32_t clicks = count_hits(&draw, impressions, regard.click + l->drift[t]);
    uint32_t views = count_hits(&draw, clicks, regard.view), likes = count_hits(&draw, views, regard.like);
    double share = views ? 0.02 + 0.96 * pr_logistic(regard.watch + 0.7 * prt_draw_normal(&draw)) : 0;
    w->clicks[(size_t)(l->week - 1) * w->trainers + t] += clicks;
    prt_put_client_id(l->out, u);
    prt_put_char(l->out, ',');
    prt_put_trainer_id(l->out, t);
    put_count(l->out, l->week);
    put_count(l->out, impressions);
    put_count(l->out, clicks);
    put_count(l->out, views);
    prt_put_text(l->out, ",0.");
    prt_put_digits(l->out, (uint32_t)(share * 1000 + 0.5), 3);
    put_count(l->out, likes);
    prt_put_char(l->out, '\n');
}

static void write_week(week_log *l) {
    const prt_trainer_world *w = l->world;
    uint64_t seed = w->options->seed;
    for (uint32_t t = 0; t < w->trainers; t++) {
        prt_draw draw = prt_draw_open(seed, PRT_DRAW_DRIFT, (uint64_t)l->week * w->trainers + t);
        l->drift[t] = PRT_CLICK_DRIFT * prt_draw_normal(&draw);
    }
    for (uint64_t u = 0; u < w->options->users; u++) {
        prt_draw draw = prt_draw_open(seed, PRT_DRAW_SHOWN, (uint64_t)(l->week - 1) * w->options->users + u);
        bool present = prt_draw_uniform(&draw) < PRESENT;
        prt_client client = prt_client_make(seed, u, w->weeks);
        l->showing++;
        if (!present || l->week < client.joined)
            continue;
        choose_shown(l, &client, &draw);
        for (uint32_t i = 0; i < l->count; i++)
            write_row(l, u, &client, l->list[i]);
    }
}

/* By falling popularity, ties by number. */
typedef struct ranked {
    double popularity;
    uint32_t trainer;
} ranked;

static int by_popularity(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->popularity != y->popularity)
        return x->popularity < y->popularity ? 1 : -1;
    return (x->trainer > y->trainer) - (x->trainer < y->trainer);
}

static pr_status rank_trainers(prt_trainer_world *w, pr_error *error) {
    static const double DECAY = 0.8;
    ranked *order = calloc(w->trainers, sizeof *order);
    if (!order)
        return pr_fail(error, PR_E_MEMORY, 0, "Out of memory.");
    for (uint32_t t = 0; t < w->trainers; t++) {
        for (uint32_t week = 0; week < w->weeks; week++)
            w->popularity[t] = w->popularity[t] * DECAY + (double)w->clicks[(size_t)week * w->trainers + t];
        order[t] = (ranked){w->popularity[t], t};
    }
    qsort(order, w->trainers, sizeof *order, by_popularity);
    for (uint32_t t = 0; t < w->trainers; t++)
        w->by_clicks[t] = order[t].trainer;
    free(order);
    return PR_OK;
}

pr_status prt_trainer_write_log(prt_trainer_world *w, prt_synth_file *out, pr_error *error) {
    week_log *l = calloc(1, sizeof *l);
    double *drift = calloc(w->trainers, sizeof *drift);
    uint64_t *stamp = calloc(w->trainers, sizeof *stamp);
    bool ok = l && drift && stamp;
    if (ok) {
        *l = (week_log){.world = w, .out = out, .drift = drift, .stamp = stamp};
        prt_put_text(out, "user_id,trainer_id,week,impressions,clicks,video_views,avg_watch_time,likes\n");
        for (l->week = 1; l->week <= w->weeks; l->week++)
            write_week(l);
    }
    free(l);
    free(drift);
    free(stamp);
    return ok ? rank_trainers(w, error) : pr_fail(error, PR_E_MEMORY, 0, "Out of memory.");
}
