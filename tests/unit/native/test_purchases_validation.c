/* Holding out, guessing, typical scores, isotonic confidence, and the search for better numbers. */
#include "purchase_world.h"
#include "tune.h"
#include "validation.h"

enum { BUY = PRT_EVENT_PURCHASE, USERS = 90, ITEMS = 40, ROWS = 1500 };

static void close_to(double value, double expected) {
    if (!(fabs(value - expected) <= 1e-9 * (1 + fabs(expected))))
        fail_msg("%.12g instead of %.12g", value, expected);
}

/* Three groups of users with tastes for items of their own; times rise with the rows, but for some without any. */
static void draw_rows(row *rows, bool timed) {
    uint64_t seed = 1000;
    for (uint32_t r = 0; r < ROWS; r++) {
        uint32_t user = (uint32_t)(drawn_number(&seed) * USERS), group = user % 3;
        double place = drawn_number(&seed);
        uint32_t item =
            drawn_number(&seed) < 0.2 ? (uint32_t)(place * ITEMS) : group * 13 + (uint32_t)(place * place * 13);
        rows[r] = (row){user, item, BUY, timed ? (int64_t)r * 3600 : PRT_NO_INTEGER, 1, NAN};
    }
}

static void isotonic(void **state) {
    (void)state;
    double rising[] = {1, 2, 2, 5}, one[] = {3}, falling[] = {4, 2, 0}, mixed[] = {1, 3, 2, 2, 5, 4};
    const double equal[] = {1, 1, 1, 1, 1, 1}, weights[] = {1, 1, 3, 1, 1, 3};
    prt_isotonic(rising, equal, 4);
    assert_true(rising[0] == 1 && rising[1] == 2 && rising[2] == 2 && rising[3] == 5);
    prt_isotonic(one, equal, 1);
    assert_true(one[0] == 3);
    prt_isotonic(falling, equal, 3);
    assert_true(falling[0] == 2 && falling[1] == 2 && falling[2] == 2);
    prt_isotonic(mixed, weights, 6);
    const double expected[] = {1, 2.2, 2.2, 2.2, 4.25, 4.25};
    for (size_t i = 0; i < 6; i++)
        close_to(mixed[i], expected[i]);
}

/* The fit is the best of all rising sequences: no step up or down of a block makes it nearer. */
static void isotonic_is_the_nearest(void **state) {
    (void)state;
    uint64_t seed = 5;
    for (int round = 0; round < 200; round++) {
        double given[12], fitted[12], weights[12];
        for (int i = 0; i < 12; i++) {
            given[i] = fitted[i] = drawn_number(&seed);
            weights[i] = 0.1 + drawn_number(&seed);
        }
        prt_isotonic(fitted, weights, 12);
        for (int from = 0; from < 12; from++) {
            /* the minimax formula: max over s <= i of min over e >= i of the mean of s … e */
            double best = -1;
            for (int s = 0; s <= from; s++) {
                double least = 2;
                for (int e = from; e < 12; e++) {
                    double sum = 0, weight = 0;
                    for (int k = s; k <= e; k++) {
                        sum += weights[k] * given[k];
                        weight += weights[k];
                    }
                    least = sum / weight < least ? sum / weight : least;
                }
                best = least > best ? least : best;
            }
            close_to(fitted[from], best);
        }
    }
}

static void confidence(void **state) {
    (void)state;
    enum { GUESSES = 4000 };
    static prt_unseen guesses[GUESSES];
    uint64_t seed = 9;
    prt_confidence made;
    uint32_t hits = 0;
    for (uint32_t i = 0; i < GUESSES; i++) { /* taken with probability score / 4 */
        double score = floor(drawn_number(&seed) * 500) / 500;
        bool hit = drawn_number(&seed) < score / 4;
        guesses[i] = (prt_unseen){i, (float)score, hit};
        hits += hit;
    }
    prt_confidence_make(guesses, GUESSES, &made);
    assert_in_range(made.count, 10, PRT_CONFIDENCE_POINTS);
    double last = 0;
    for (uint32_t p = 0; p < made.count; p++) {
        assert_true(p == 0 || (made.score[p] > made.score[p - 1] && made.probability[p] >= last));
        assert_true(fabs(made.probability[p] - made.score[p] / 4) < 0.07);
        last = made.probability[p];
    }
    assert_true(hits > 0);
    /* nothing was taken; all score the same; there is nothing */
    for (uint32_t i = 0; i < GUESSES; i++)
        guesses[i].held_out = false;
    prt_confidence_make(guesses, GUESSES, &made);
    assert_true(made.count == 1 && made.probability[0] == 0);
    for (uint32_t i = 0; i < GUESSES; i++)
        guesses[i] = (prt_unseen){i, 1, i % 4 == 0};
    prt_confidence_make(guesses, GUESSES, &made);
    assert_true(made.count == 1 && made.score[0] == 1 && made.probability[0] == 0.25);
    prt_confidence_make(guesses, 0, &made);
    assert_int_equal(made.count, 0);
}

static uint64_t first_row_of(const row *rows, uint32_t user, uint32_t item) {
    uint64_t r = 0;
    while (r < ROWS && (rows[r].user != user || rows[r].item != item))
        r++;
    return r;
}

/* The items that were new last are held out, and the rest is what is left. */
static void the_latest_are_held_out(void **state) {
    (void)state;
    static row rows[ROWS];
    draw_rows(rows, true);
    world w;
    prt_ledger ledger;
    prt_validation v;
    world_make(&w, "", USERS + 1, ITEMS, rows, ROWS);
    world_ledger(&w, &ledger);
    assert_int_equal(prt_validation_make(&ledger, &v, NULL), PR_OK);
    assert_int_equal(v.users, USERS);
    assert_int_equal(v.rest.pairs[USERS + 1] + v.offsets[v.users], ledger.pairs[USERS + 1]);
    for (uint32_t n = 0; n < v.users; n++) {
        uint32_t user = v.user[n];
        uint64_t own = ledger.pairs[user + 1] - ledger.pairs[user], held = v.offsets[n + 1] - v.offsets[n];
        assert_int_equal(held, own < 15 ? 1 : (own + 5) / 10);
        uint64_t earliest = ROWS;
        for (uint64_t k = v.offsets[n]; k < v.offsets[n + 1]; k++) {
            uint64_t first = first_row_of(rows, user, v.items[k]);
            earliest = first < earliest ? first : earliest;
            assert_true(k == v.offsets[n] || v.items[k] > v.items[k - 1]);
        }
        for (uint64_t p = v.rest.pairs[user]; p < v.rest.pairs[user + 1]; p++)
            assert_true(first_row_of(rows, user, v.rest.item[p]) < earliest);
    }
    prt_validation_free(&v);
    prt_ledger_free(&ledger);
    world_free(&w);
}

/* Lists are what sorting all scores gives, and NDCG is what its definition says. */
static void lists_and_metrics(void **state) {
    (void)state;
    static row rows[ROWS];
    draw_rows(rows, false);
    world w;
    prt_ledger ledger;
    prt_validation v;
    prt_purchases learned;
    world_make(&w, "'als':{'factors':16,'iterations':4}", USERS, ITEMS, rows, ROWS);
    world_ledger(&w, &ledger);
    assert_int_equal(prt_validation_make(&ledger, &v, NULL), PR_OK);
    world_learn(&w, &v.rest, &learned);
    prt_unseen_list *lists = room(v.users, sizeof *lists), *again = room(v.users, sizeof *again);
    const prt_scorer scorer = prt_purchases_scorer(&learned);
    double *scratch = room(prt_scorer_scratch(&scorer), sizeof *scratch);
    float scores[ITEMS];
    for (int m = 0; m < PRT_SCORE_MODELS; m++) {
        double ndcg = 0;
        prt_guess_metrics metrics;
        assert_int_equal(prt_validation_ask(&v, &learned, (prt_score_model)m, 10, 1, lists, NULL), PR_OK);
        assert_int_equal(prt_validation_ask(&v, &learned, (prt_score_model)m, 10, 5, again, NULL), PR_OK);
        assert_memory_equal(lists, again, v.users * sizeof *lists);
        assert_int_equal(prt_validation_judge(&v, lists, &metrics, NULL), PR_OK);
        for (uint32_t n = 0; n < v.users; n++) {
            uint32_t user = v.user[n], count = 0;
            uint64_t first = learned.taken.offsets[user];
            bool used[ITEMS] = {0}, held[ITEMS] = {0};
            for (uint64_t k = first; k < learned.taken.offsets[user + 1]; k++)
                used[learned.taken.item[k]] = true;
            for (uint64_t k = v.offsets[n]; k < v.offsets[n + 1]; k++)
                held[v.items[k]] = true;
            assert_int_equal(
                prt_scorer_scores(&scorer, (prt_score_model)m, learned.taken.item + first, learned.taken.weight + first,
                                  (uint32_t)(learned.taken.offsets[user + 1] - first), scratch, scores, NULL),
                PR_OK);
            double gain = 0, ideal = 0;
            for (uint32_t place = 0; place < 10; place++) {
                uint32_t best = PRT_NONE;
                for (uint32_t i = 0; i < ITEMS; i++)
                    best = !used[i] && (best == PRT_NONE || scores[i] > scores[best]) ? i : best;
                if (best == PRT_NONE)
                    break;
                used[best] = true;
                assert_true(lists[n].best[place].item == best && lists[n].best[place].held_out == held[best]);
                gain += held[best] ? 1 / log2(place + 2.0) : 0;
                count++;
            }
            for (uint32_t k = 0; k < v.offsets[n + 1] - v.offsets[n]; k++)
                ideal += 1 / log2(k + 2.0);
            assert_int_equal(lists[n].count, count);
            ndcg += gain / ideal / v.users;
        }
        close_to(metrics.ndcg, ndcg);
        assert_true(m == PRT_SCORE_POPULARITY || metrics.ndcg > 0.1); /* the tastes can be learned */
    }
    free(scratch);
    free(lists);
    free(again);
    prt_purchases_free(&learned);
    prt_validation_free(&v);
    prt_ledger_free(&ledger);
    world_free(&w);
}

/* Typical scores are what people's best scores are, and nothing depends on threads. */
static void calibrated(void **state) {
    (void)state;
    static row rows[ROWS];
    draw_rows(rows, true);
    world w;
    prt_purchases one, many;
    world_make(&w, "'als':{'factors':16,'iterations':4}", USERS, ITEMS, rows, ROWS);
    assert_int_equal(prt_purchases_learn(&w.config, &w.dataset, NULL, 1, &one, NULL), PR_OK);
    assert_int_equal(prt_purchases_learn(&w.config, &w.dataset, NULL, 8, &many, NULL), PR_OK);
    assert_int_equal(one.validation_users, USERS);
    assert_memory_equal(one.typical, many.typical, sizeof one.typical);
    assert_memory_equal(one.confidence, many.confidence, sizeof one.confidence);
    assert_memory_equal(one.metrics, many.metrics, sizeof one.metrics);
    assert_memory_equal(one.factors.values, many.factors.values, (size_t)ITEMS * 16 * sizeof(float));
    for (int m = 0; m < PRT_SCORE_MODELS; m++)
        assert_true(one.confidence[m].count > 1);
    assert_true(one.typical[PRT_SCORE_ALS] > 0.05 && one.typical[PRT_SCORE_ALS] < 2);
    assert_true(one.typical[PRT_SCORE_POPULARITY] > 0.1 && one.typical[PRT_SCORE_POPULARITY] <= 1);
    prt_purchases_free(&one);
    prt_purchases_free(&many);
    world_free(&w);
}

static void medians(void **state) {
    (void)state;
    static prt_unseen_list lists[4]; /* the third has nothing */
    const float best[] = {3, -1, 0, 2};
    double typical;
    for (int v = 0; v < 4; v++) {
        lists[v].count = v != 2;
        lists[v].best[0].score = best[v];
    }
    assert_int_equal(prt_typical(lists, 4, &typical, NULL), PR_OK);
    assert_true(typical == 2);
    assert_int_equal(prt_typical(lists, 2, &typical, NULL), PR_OK);
    assert_true(typical == 1); /* (3 - 1) / 2 */
    assert_int_equal(prt_typical(lists + 1, 1, &typical, NULL), PR_OK);
    assert_true(typical == 1); /* -1 is no measure */
    assert_int_equal(prt_typical(lists, 0, &typical, NULL), PR_OK);
    assert_true(typical == 1);
}

static void tuning(void **state) {
    (void)state;
    static row rows[ROWS];
    draw_rows(rows, true);
    world w;
    prt_tuned one, many;
    world_make(&w, "'als':{'factors':16,'iterations':2}", USERS, ITEMS, rows, ROWS);
    assert_int_equal(prt_purchases_tune(&w.config, &w.dataset, (prt_tune_budget){12, 0}, 1, &one, NULL), PR_OK);
    assert_int_equal(prt_purchases_tune(&w.config, &w.dataset, (prt_tune_budget){12, 600}, 4, &many, NULL), PR_OK);
    assert_int_equal(one.steps, 12);
    assert_true(one.after == many.after && one.before == many.before && one.steps == many.steps);
    assert_memory_equal(&one.config, &many.config, sizeof one.config);
    assert_true(one.config.als.regularization != w.config.purchases.als.regularization ||
                one.config.tuning.popularity != w.config.purchases.tuning.popularity ||
                one.config.item_cf.kind != w.config.purchases.item_cf.kind);
    /* it ends by itself where nothing gets better any more */
    assert_int_equal(prt_purchases_tune(&w.config, &w.dataset, (prt_tune_budget){2000, 0}, 2, &many, NULL), PR_OK);
    assert_true(many.steps < 2000);
    prt_config without = w.config;
    without.purchases.has_als = without.purchases.has_item_cf = false;
    assert_int_equal(prt_purchases_tune(&without, &w.dataset, (prt_tune_budget){5, 0}, 2, &many, NULL), PR_OK);
    world_free(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(isotonic),          cmocka_unit_test(isotonic_is_the_nearest),
        cmocka_unit_test(confidence),        cmocka_unit_test(the_latest_are_held_out),
        cmocka_unit_test(lists_and_metrics), cmocka_unit_test(calibrated),
        cmocka_unit_test(medians),           cmocka_unit_test(tuning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
