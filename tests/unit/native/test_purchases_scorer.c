/* The scores of a history against the formulas written down plainly. */
#include "als.h"
#include "purchase_world.h"

enum { ITEMS = 30, FACTORS = 16 };

typedef struct made {
    prt_factors factors;
    prt_neighbours neighbours;
    float popularity[ITEMS];
    double *gram;
    prt_scorer scorer;
} made;

/* Items 5 and 6 are without factors, item 7 without neighbours. */
static void make(made *m) {
    uint64_t seed = 40;
    m->factors = (prt_factors){ITEMS, FACTORS, room(ITEMS * FACTORS, sizeof(float))};
    m->neighbours = (prt_neighbours){ITEMS, room(ITEMS + 1, sizeof(uint64_t)), room(ITEMS * 4, sizeof(uint32_t)),
                                     room(ITEMS * 4, sizeof(float))};
    for (uint32_t i = 0; i < ITEMS; i++) {
        for (uint32_t f = 0; f < FACTORS && i != 5 && i != 6; f++)
            m->factors.values[i * FACTORS + f] = (float)(drawn_number(&seed) - 0.4);
        uint64_t at = m->neighbours.offsets[i];
        for (uint32_t k = 0; k < 4 && i != 7; k++, at++) {
            m->neighbours.neighbour[at] = (i + 3 * k + 1) % ITEMS;
            m->neighbours.weight[at] = (float)(1 - 0.2 * k);
        }
        m->neighbours.offsets[i + 1] = at;
        m->popularity[i] = (float)(1 - i / 40.0);
    }
    m->gram = prt_als_gram(&m->factors);
    assert_non_null(m->gram);
    m->scorer = (prt_scorer){.items = ITEMS,
                             .factors = &m->factors,
                             .gram = m->gram,
                             .unobserved = 0.3,
                             .regularization = 0.05,
                             .exponent = 0.7,
                             .neighbours = &m->neighbours,
                             .normalize = 0.5,
                             .popularity = m->popularity,
                             .typical = {0.6, 0.9, 0.8},
                             .weight = {0.4, 0.5, 0.3}};
}

static void made_free(made *m) {
    prt_factors_free(&m->factors);
    free(m->neighbours.offsets);
    free(m->neighbours.neighbour);
    free(m->neighbours.weight);
    free(m->gram);
}

/* x of A x = b by elimination, A = alpha sum of y y' + sum of c y y' + lambda (sum of c + alpha items)^nu. */
static void fold_in(const made *m, const uint32_t *items, const float *weights, uint32_t count, double *x) {
    double a[FACTORS][FACTORS + 1] = {{0}}, whole = 0;
    for (uint32_t i = 0; i < ITEMS; i++) {
        const float *y = m->factors.values + i * FACTORS;
        double c = 0;
        for (uint32_t h = 0; h < count; h++)
            c += items[h] == i ? (double)weights[h] : 0;
        whole += i == 5 || i == 6 ? 0 : c; /* what is without factors takes no part */
        for (int r = 0; r < FACTORS; r++) {
            for (int k = 0; k < FACTORS; k++)
                a[r][k] += (0.3 + c) * (double)y[r] * (double)y[k];
            a[r][FACTORS] += c * (double)y[r];
        }
    }
    for (int r = 0; r < FACTORS; r++)
        a[r][r] += 0.05 * pow(whole + 0.3 * ITEMS, 0.7);
    for (int p = 0; p < FACTORS; p++) {
        for (int r = 0; r < FACTORS; r++) {
            double times = r == p ? 0 : a[r][p] / a[p][p];
            for (int k = p; k <= FACTORS; k++)
                a[r][k] -= times * a[p][k];
        }
    }
    for (int r = 0; r < FACTORS; r++)
        x[r] = a[r][FACTORS] / a[r][r];
}

static void expected_scores(const made *m, const uint32_t *items, const float *weights, uint32_t count,
                            double out[PRT_SCORE_MODELS][ITEMS]) {
    double x[FACTORS], whole = 0;
    fold_in(m, items, weights, count, x);
    memset(out, 0, sizeof(double[PRT_SCORE_MODELS][ITEMS]));
    for (uint32_t h = 0; h < count; h++) {
        whole += (double)weights[h];
        for (uint64_t k = m->neighbours.offsets[items[h]]; k < m->neighbours.offsets[items[h] + 1]; k++)
            out[PRT_SCORE_ITEM_CF][m->neighbours.neighbour[k]] += (double)weights[h] * (double)m->neighbours.weight[k];
    }
    for (uint32_t i = 0; i < ITEMS; i++) {
        for (int f = 0; f < FACTORS; f++)
            out[PRT_SCORE_ALS][i] += x[f] * (double)m->factors.values[i * FACTORS + (uint32_t)f];
        out[PRT_SCORE_ITEM_CF][i] /= sqrt(whole);
        out[PRT_SCORE_POPULARITY][i] = (double)m->popularity[i];
        double als = out[PRT_SCORE_ALS][i] > 0 ? out[PRT_SCORE_ALS][i] : 0;
        out[PRT_SCORE_HYBRID][i] =
            (0.4 * als / 0.6 + 0.5 * out[PRT_SCORE_ITEM_CF][i] / 0.9 + 0.3 * out[PRT_SCORE_POPULARITY][i] / 0.8) / 1.2;
    }
}

static void scores_are_as_written(void **state) {
    (void)state;
    static made m;
    make(&m);
    const uint32_t items[] = {20, 3, 5, 7, 11};
    const float weights[] = {1, 2.5f, 0.7f, 0.2f, 1.4f};
    double expected[PRT_SCORE_MODELS][ITEMS], *scratch = room(prt_scorer_scratch(&m.scorer), sizeof *scratch);
    float scores[ITEMS];
    bool negative = false;
    expected_scores(&m, items, weights, 5, expected);
    for (int model = 0; model < PRT_SCORE_MODELS; model++) {
        assert_int_equal(prt_scorer_scores(&m.scorer, (prt_score_model)model, items, weights, 5, scratch, scores, NULL),
                         PR_OK);
        for (uint32_t i = 0; i < ITEMS; i++) {
            if (!(fabs((double)scores[i] - expected[model][i]) < 2e-6))
                fail_msg("%s, item %u: %.9g instead of %.9g", prt_score_model_name((prt_score_model)model), i,
                         (double)scores[i], expected[model][i]);
            negative |= expected[model][i] < -1e-3;
        }
    }
    assert_true(negative); /* so that the hybrid's leaving them out was tried */
    free(scratch);
    made_free(&m);
}

/* Several people at once get the bits that each would get alone, whatever models there are. */
static void many_are_like_one(void **state) {
    (void)state;
    static made m;
    make(&m);
    const uint32_t items[] = {20, 3, 5, 7, 11, 6, 29, 0};
    const float weights[] = {1, 2.5f, 0.7f, 0.2f, 1.4f, 3, 0.01f, 9};
    const prt_person people[] = {{items, weights, 5},     {items, weights, 0},     {items + 5, weights, 3},
                                 {items + 2, weights, 1}, {items, weights + 4, 4}, {items + 1, weights, 7}};
    enum { PEOPLE = sizeof people / sizeof *people };
    static float many[PRT_SCORE_MODELS * PRT_SCORER_PEOPLE * ITEMS];
    for (int left_out = 0; left_out < 3; left_out++) {
        prt_scorer scorer = m.scorer;
        scorer.factors = left_out == 1 ? NULL : scorer.factors;
        scorer.neighbours = left_out == 2 ? NULL : scorer.neighbours;
        double *scratch = room(prt_scorer_scratch(&m.scorer) + prt_scorer_many_scratch(&m.scorer), sizeof *scratch);
        assert_int_equal(prt_scorer_many(&scorer, people, PEOPLE, scratch, many, NULL), PR_OK);
        for (uint32_t at = 0; at < PRT_SCORE_MODELS * PRT_SCORER_PEOPLE; at++) {
            uint32_t p = at % PRT_SCORER_PEOPLE;
            float one[ITEMS];
            if (p >= PEOPLE)
                continue;
            assert_int_equal(prt_scorer_scores(&scorer, (prt_score_model)(at / PRT_SCORER_PEOPLE), people[p].items,
                                               people[p].weights, people[p].count, scratch, one, NULL),
                             PR_OK);
            assert_memory_equal(one, many + at * ITEMS, sizeof one);
        }
        free(scratch);
    }
    made_free(&m);
}

static void models_may_be_missing(void **state) {
    (void)state;
    static made m;
    make(&m);
    m.scorer.factors = NULL;
    m.scorer.neighbours = NULL;
    const uint32_t items[] = {1};
    const float weights[] = {1};
    double *scratch = room(prt_scorer_scratch(&m.scorer), sizeof *scratch);
    float scores[ITEMS];
    assert_false(prt_scorer_has(&m.scorer, PRT_SCORE_ALS));
    assert_false(prt_scorer_has(&m.scorer, PRT_SCORE_ITEM_CF));
    assert_true(prt_scorer_has(&m.scorer, PRT_SCORE_HYBRID));
    assert_int_equal(prt_scorer_scores(&m.scorer, PRT_SCORE_ALS, items, weights, 1, scratch, scores, NULL), PR_OK);
    assert_true(scores[0] == 0 && scores[29] == 0);
    assert_int_equal(prt_scorer_scores(&m.scorer, PRT_SCORE_HYBRID, items, weights, 1, scratch, scores, NULL), PR_OK);
    for (uint32_t i = 0; i < ITEMS; i++)
        assert_true(fabs((double)scores[i] - (double)m.popularity[i] / 0.8) < 1e-6);
    free(scratch);
    made_free(&m);
}

static void histories_are_checked(void **state) {
    (void)state;
    static made m;
    make(&m);
    const uint32_t items[] = {1, ITEMS};
    const float weights[] = {1, 1}, zero[] = {0}, infinite[] = {HUGE_VALF};
    double *scratch = room(prt_scorer_scratch(&m.scorer), sizeof *scratch);
    float scores[ITEMS];
    pr_error error = {0};
    for (int model = 0; model < PRT_SCORE_MODELS; model++) {
        prt_score_model by = (prt_score_model)model;
        assert_int_equal(prt_scorer_scores(&m.scorer, by, items, weights, 2, scratch, scores, &error), PR_E_ARGUMENT);
        assert_non_null(strstr(error.message, "item 30 of 30"));
        assert_int_equal(prt_scorer_scores(&m.scorer, by, items, zero, 1, scratch, scores, NULL), PR_E_ARGUMENT);
        assert_int_equal(prt_scorer_scores(&m.scorer, by, items, infinite, 1, scratch, scores, NULL), PR_E_ARGUMENT);
        assert_int_equal(prt_scorer_scores(&m.scorer, by, items, weights, 0, scratch, scores, NULL), PR_OK);
        if (model == PRT_SCORE_ALS || model == PRT_SCORE_ITEM_CF)
            assert_true(scores[0] == 0 && scores[ITEMS - 1] == 0);
    }
    free(scratch);
    made_free(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_are_as_written),
        cmocka_unit_test(many_are_like_one),
        cmocka_unit_test(models_may_be_missing),
        cmocka_unit_test(histories_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
