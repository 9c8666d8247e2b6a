/* Off-policy estimates in a small made world whose true values are known: no bias over many simulated logs, a good
 * reward model helps, and a log's wrong lines are left out, counted and named. */
#include "off_policy.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { USERS = 2, ITEMS = 6, REQUESTS = 120, SHOWN = 3, LOGS = 200, POLICIES = 2 };

static const double EXPLORE = 0.4;

/* Clicks of each item in week 1, of 1,000 impressions: also the planted chance in thousandths. Item 0 is the best. */
static const uint32_t CLICKS[ITEMS] = {600, 450, 350, 250, 150, 60};

typedef struct world {
    prt_config config;
    prt_dataset dataset;
    prt_history history;
    pr_feature feature;
    pr_week item_weeks[ITEMS], user_weeks[USERS], everyone;
    uint64_t item_starts[ITEMS + 1], user_starts[USERS + 1], everyone_starts[2];
    uint32_t user_pairs[USERS + 1];
    uint64_t item_offsets[ITEMS + 1], user_offsets[USERS + 1];
    char folder[64], log_path[96], truth_path[96];
    prt_logged_request requests[REQUESTS];
    prt_logged_place places[REQUESTS * SHOWN];
    uint32_t pool[REQUESTS * ITEMS];
} world;

static void make_history(world *w) {
    uint32_t clicks = 0;
    for (uint32_t i = 0; i < ITEMS; i++) {
        w->item_weeks[i] = (pr_week){.week = 1, .impressions = 1000, .clicks = CLICKS[i]};
        w->item_starts[i + 1] = i + 1;
        w->item_offsets[i + 1] = 2 * (uint64_t)(i + 1);
        clicks += CLICKS[i];
    }
    w->everyone = (pr_week){.week = 1, .impressions = 1000 * ITEMS, .clicks = clicks};
    w->everyone_starts[1] = 1;
    for (uint32_t u = 0; u < USERS; u++) {
        w->user_weeks[u] = (pr_week){.week = 1, .impressions = 500 * ITEMS, .clicks = clicks / 2};
        w->user_starts[u + 1] = u + 1;
        w->user_offsets[u + 1] = 2 * (uint64_t)(u + 1);
    }
    w->feature.kind = PR_FEATURE_expected_ctr;
    w->history = (prt_history){.user_count = USERS,
                               .item_count = ITEMS,
                               .first_week = 1,
                               .last_week = 1,
                               .user_pairs = w->user_pairs,
                               .items = {ITEMS, w->item_starts, w->item_weeks},
                               .users = {USERS, w->user_starts, w->user_weeks},
                               .everyone = {1, w->everyone_starts, &w->everyone},
                               .feature_count = 1,
                               .features = &w->feature,
                               .set = {1, &w->feature, 0.8, 20, 10, 10, ITEMS}};
}

static int set_up(void **state) {
    world *w = calloc(1, sizeof *w);
    if (!w)
        return -1;
    make_history(w);
    w->dataset.items.count = ITEMS;
    w->dataset.items.ids = (prt_strings){ITEMS, w->item_offsets, (char *)"T0T1T2T3T4T5"};
    w->dataset.users.count = USERS;
    w->dataset.users.ids = (prt_strings){USERS, w->user_offsets, (char *)"U0U1"};
    snprintf(w->folder, sizeof w->folder, "/tmp/pocketrec-off-policy-XXXXXX");
    if (!mkdtemp(w->folder))
        return -1;
    snprintf(w->log_path, sizeof w->log_path, "%s/exploration.jsonl", w->folder);
    snprintf(w->truth_path, sizeof w->truth_path, "%s/clicks.csv", w->folder);
    w->config.ranking.exploration_log = w->log_path;
    w->config.limits.rejects = 1;
    FILE *file = fopen(w->truth_path, "w");
    if (!file)
        return -1;
    fputs("user_id,trainer_id,chance\n", file);
    for (int u = 0; u < USERS; u++)
        for (int i = 0; i < ITEMS; i++)
            fprintf(file, "U%d,T%d,%g\n", u, i, CLICKS[i] / 1000.0);
    fclose(file);
    *state = w;
    return 0;
}

static int tear_down(void **state) {
    world *w = *state;
    unlink(w->log_path);
    unlink(w->truth_path);
    rmdir(w->folder);
    free(w);
    return 0;
}

/* The logging policy takes the first that is left (the most clicked), or with the chance EXPLORE any. */
static void simulate(world *w, uint64_t seed, prt_exploration *log) {
    uint64_t drawn = 0;
    *log = (prt_exploration){.count = REQUESTS,
                             .place_count = REQUESTS * SHOWN,
                             .pool_count = REQUESTS * ITEMS,
                             .requests = w->requests,
                             .places = w->places,
                             .pool = w->pool,
                             .lines = REQUESTS};
    for (uint32_t q = 0; q < REQUESTS; q++) {
        uint32_t left[ITEMS], count = ITEMS;
        w->requests[q] = (prt_logged_request){q % USERS, PRT_NONE, 2, q * ITEMS, ITEMS, q * SHOWN, SHOWN};
        for (uint32_t i = 0; i < ITEMS; i++)
            left[i] = w->pool[q * ITEMS + i] = i;
        for (uint32_t p = 0; p < SHOWN; p++, count--) {
            uint32_t at = pr_uniform(seed, drawn++) < EXPLORE ? (uint32_t)(pr_uniform(seed, drawn++) * count) : 0;
            double propensity = (at == 0 ? 1 - EXPLORE : 0) + EXPLORE / count;
            bool clicked = pr_uniform(seed, drawn++) < CLICKS[left[at]] / 1000.0;
            w->places[q * SHOWN + p] = (prt_logged_place){left[at], propensity, clicked};
            memmove(left + at, left + at + 1, (count - at - 1) * sizeof *left);
        }
    }
}

/* Mean and its standard error of what is added. */
typedef struct series {
    double sum, squares;
} series;

static void add(series *s, double value) {
    s->sum += value;
    s->squares += value * value;
}

static void assert_no_bias(const series *s) {
    double mean = s->sum / LOGS, spread = sqrt((s->squares / LOGS - mean * mean) / LOGS);
    assert_true(fabs(mean) < 4 * spread);
}

static void many_logs(void **state) {
    world *w = *state;
    series ips[POLICIES] = {{0}}, dr[POLICIES] = {{0}}, weight = {0};
    uint32_t covered = 0;
    for (uint64_t seed = 1; seed <= LOGS; seed++) {
        prt_exploration log;
        prt_off_policy_result result;
        pr_error error = {0};
        simulate(w, seed, &log);
        assert_int_equal(
            prt_off_policy(&w->config, &w->dataset, &w->history, &log, NULL, 0, w->folder, seed, &result, &error),
            PR_OK);
        assert_int_equal(result.count, POLICIES);
        for (uint32_t k = 0; k < POLICIES; k++) {
            const prt_off_policy_row *row = &result.rows[k];
            add(&ips[k], row->ips.mean - row->truth);
            add(&dr[k], row->dr.mean - row->truth);
            covered += row->dr.low <= row->truth && row->truth <= row->dr.high;
            assert_true(row->snips.low >= 0 && row->snips.high <= 1);
        }
        add(&weight, result.weight.mean - 1);
    }
    for (uint32_t k = 0; k < POLICIES; k++) {
        assert_no_bias(&ips[k]);
        assert_no_bias(&dr[k]);
        /* the weeks before tell the planted chances: errors of the doubly robust estimate are smaller */
        assert_true(dr[k].squares < ips[k].squares);
    }
    assert_no_bias(&weight);
    assert_true(covered >= 0.9 * LOGS * POLICIES);
}

/* Always the first of the pool: each place's action is known by hand. */
static void one_request(void **state) {
    world *w = *state;
    prt_logged_request request = {0, PRT_NONE, 2, 0, 3, 0, 2};
    prt_logged_place places[] = {{1, 0.25, true}, {0, 0.5, false}};
    uint32_t pool[] = {0, 1, 2};
    prt_exploration log = {1, 2, 3, &request, places, pool, 1, 0, ""};
    prt_off_policy_result result;
    pr_error error = {0};
    assert_int_equal(prt_off_policy(&w->config, &w->dataset, &w->history, &log, NULL, 0, w->folder, 1, &result, &error),
                     PR_OK);
    /* uniform: weights 1 / (3 x 0.25) and 1 / (2 x 0.5), the first was clicked */
    assert_float_equal(result.rows[0].ips.mean, (4.0 / 3) / 2, 1e-12);
    assert_float_equal(result.rows[0].snips.mean, (4.0 / 3) / (4.0 / 3 + 1), 1e-12);
    assert_float_equal(result.rows[0].truth, ((0.6 + 0.45 + 0.35) / 3 + (0.6 + 0.35) / 2) / 2, 1e-12);
    /* popularity takes item 0 at both places: it was shown at the second, without a click */
    assert_int_equal(result.rows[1].matches, 1);
    assert_float_equal(result.rows[1].ips.mean, 0, 1e-12);
    assert_float_equal(result.rows[1].truth, 0.6, 1e-12);
    assert_float_equal(result.least_propensity, 0.25, 1e-12);
    assert_float_equal(result.logged, 0.5, 1e-12);
}

static pr_status read_text(world *w, const char *text, prt_exploration *log, pr_error *error) {
    FILE *file = fopen(w->log_path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return prt_exploration_read(&w->config, &w->dataset, &w->history, log, error);
}

#define RIGHT                                                                                                          \
    "{\"user_id\":\"U1\",\"week\":2,\"pool\":[\"T0\",\"T1\"],\"shown\":[{\"id\":\"T1\",\"propensity\":0.5,"            \
    "\"clicked\":1}]}\n"
#define LINE(user, week, pool, id, propensity, clicked)                                                                \
    "{\"user_id\":" user ",\"week\":" week ",\"pool\":" pool ",\"shown\":[{\"id\":" id ",\"propensity\":" propensity   \
    ",\"clicked\":" clicked "}]}\n"
#define POOL "[\"T0\",\"T1\"]"

static void wrong_lines(void **state) {
    static const char *const WRONG[] = {
        "{\n",
        "[]\n",
        "7\n",
        "{}\n",
        "\xff\n",
        LINE("\"U9\"", "2", POOL, "\"T1\"", "0.5", "1"),
        LINE("1", "2", POOL, "\"T1\"", "0.5", "1"),
        LINE("\"U1\"", "0", POOL, "\"T1\"", "0.5", "1"),
        LINE("\"U1\"", "2.5", POOL, "\"T1\"", "0.5", "1"),
        LINE("\"U1\"", "2", "[]", "\"T1\"", "0.5", "1"),
        LINE("\"U1\"", "2", "[\"T9\"]", "\"T1\"", "0.5", "1"),
        LINE("\"U1\"", "2", "[\"T1\",\"T1\"]", "\"T1\"", "0.5", "1"),
        LINE("\"U1\"", "2", POOL, "\"T2\"", "0.5", "1"),
        LINE("\"U1\"", "2", POOL, "\"T1\"", "0", "1"),
        LINE("\"U1\"", "2", POOL, "\"T1\"", "-0.5", "1"),
        LINE("\"U1\"", "2", POOL, "\"T1\"", "1.01", "1"),
        LINE("\"U1\"", "2", POOL, "\"T1\"", "\"0.5\"", "1"),
        LINE("\"U1\"", "2", POOL, "\"T1\"", "0.5", "2"),
        LINE("\"U1\"", "2", POOL, "\"T1\"", "0.5", "null"),
        LINE("\"U1\"", "2", POOL, "\"T1\"", "0.5", "1},{\"id\":\"T1\",\"propensity\":0.5,\"clicked\":0"),
    };
    world *w = *state;
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        char text[1024];
        prt_exploration log;
        pr_error error = {0};
        snprintf(text, sizeof text, "%s\n%s%s", RIGHT, WRONG[i], RIGHT);
        assert_int_equal(read_text(w, text, &log, &error), PR_OK);
        assert_int_equal(log.count, 2);
        assert_int_equal(log.rejected, 1);
        assert_int_equal(log.place_count, 2);
        assert_int_equal(log.pool_count, 4);
        assert_int_equal(log.places[1].shown, 1);
        /* counted as an editor counts, blank lines too */
        assert_memory_equal(log.first_reason, "line 3 ", 7);
        prt_exploration_free(&log);
    }
}

static void too_many_wrong_lines(void **state) {
    world *w = *state;
    prt_exploration log;
    pr_error error = {0};
    w->config.limits.rejects = 0.4;
    assert_int_equal(read_text(w, RIGHT "{\n", &log, &error), PR_E_FORMAT);
    assert_non_null(strstr(error.message, "limits.rejects"));
    assert_int_equal(read_text(w, RIGHT RIGHT "{\n", &log, &error), PR_OK);
    prt_exploration_free(&log);
    w->config.limits.rejects = 1;
    assert_int_equal(read_text(w, "{\n", &log, &error), PR_E_FORMAT);
    assert_int_equal(read_text(w, "", &log, &error), PR_E_FORMAT);
    unlink(w->log_path);
    assert_int_equal(prt_exploration_read(&w->config, &w->dataset, &w->history, &log, &error), PR_E_IO);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(many_logs), cmocka_unit_test(one_request),
                                       cmocka_unit_test(wrong_lines), cmocka_unit_test(too_many_wrong_lines)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
