/* Similar items: the vectors of texts, and the lists against a search that compares everything with everything. */
#include "similar.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LONGEST_TEXT = 400 };

static const prt_tfidf_settings PLAIN = {NULL, false, 1};

static pr_text text(const char *bytes) {
    return (pr_text){bytes, strlen(bytes)};
}

static double idf(double rows, double with_word) {
    return log((1 + rows) / (1 + with_word)) + 1;
}

/* ---- vectors ---- */

static void weights_are_tf_idf(void **state) {
    (void)state;
    const pr_text texts[] = {text("Red red a CHAIR"), text(""), text("chair, \xc3\x89t\xc3\xa9! \xc3\xa9")};
    prt_vectors v;
    assert_int_equal(prt_tfidf_make(texts, 3, &PLAIN, &v, NULL), PR_OK);
    assert_int_equal(v.rows, 3);
    assert_int_equal(v.terms, 3); /* red, chair, ete: single letters do not count */
    const uint64_t offsets[] = {0, 2, 2, 4};
    const uint32_t terms[] = {0, 1, 1, 2};
    assert_memory_equal(v.offsets, offsets, sizeof offsets);
    assert_memory_equal(v.term, terms, sizeof terms);
    double red = 2 * idf(3, 1), chair = idf(3, 2), ete = idf(3, 1);
    const double expected[] = {red / hypot(red, chair), chair / hypot(red, chair), chair / hypot(chair, ete),
                               ete / hypot(chair, ete)};
    for (int i = 0; i < 4; i++)
        assert_float_equal(v.weight[i], expected[i], 1e-7);
    prt_vectors_free(&v);
}

static void stop_words_and_stems(void **state) {
    (void)state;
    const pr_text texts[] = {text("the chairs with wheels"), text("a chair and its wheel")};
    const prt_tfidf_settings settings = {prt_is_english_stop_word, true, 1};
    prt_vectors v;
    assert_int_equal(prt_tfidf_make(texts, 2, &settings, &v, NULL), PR_OK);
    assert_int_equal(v.terms, 2);
    assert_int_equal(v.offsets[1], 2);
    assert_int_equal(v.offsets[2], 4);
    assert_memory_equal(v.weight, v.weight + 2, 2 * sizeof *v.weight);
    prt_vectors_free(&v);
    const char *const stop[] = {"about", "the", "with", "yours"}, *const keep[] = {"", "th", "then1", "zebra", "abou"};
    for (int i = 0; i < 4; i++)
        assert_true(prt_is_english_stop_word(stop[i], strlen(stop[i])));
    for (int i = 0; i < 5; i++)
        assert_false(prt_is_english_stop_word(keep[i], strlen(keep[i])));
}

/* ---- made texts ---- */

typedef struct corpus {
    uint32_t rows;
    pr_text *texts;
    char *bytes;
} corpus;

static uint32_t draw(uint64_t *seed, uint32_t below) {
    return (uint32_t)(pr_mix64(++*seed) % below);
}

/* Words of very different frequency; some texts are empty, some the same as one before. */
static corpus make_corpus(uint32_t rows, uint32_t words, uint64_t seed) {
    corpus c = {rows, malloc((rows + 1) * sizeof *c.texts), malloc(rows * (size_t)LONGEST_TEXT + 1)};
    for (uint32_t row = 0; row < rows; row++) {
        char *to = c.bytes + row * (size_t)LONGEST_TEXT;
        uint32_t kind = draw(&seed, 20), length = 0, count = 1 + draw(&seed, 14);
        if (kind == 0 && row > 0) {
            c.texts[row] = c.texts[draw(&seed, row)];
            continue;
        }
        for (uint32_t i = 0; kind > 1 && i < count; i++) {
            double u = pr_uniform(seed, i);
            length += (uint32_t)sprintf(to + length, "w%u ", (unsigned)(words * u * u * u));
            seed++;
        }
        c.texts[row] = (pr_text){to, length};
    }
    return c;
}

static void free_corpus(corpus *c) {
    free(c->texts);
    free(c->bytes);
}

/* ---- the search that compares everything ---- */

typedef struct scored {
    double score;
    uint32_t item;
} scored;

static int by_score(const void *a, const void *b) {
    const scored *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return (x->item > y->item) - (x->item < y->item);
}

/* Scores of one row with all others, falling. */
static uint32_t compare_all(const prt_vectors *v, uint32_t row, const uint8_t *allowed, double *dense, scored *out) {
    uint32_t count = 0;
    for (uint64_t i = v->offsets[row]; i < v->offsets[row + 1]; i++)
        dense[v->term[i]] = v->weight[i];
    for (uint32_t other = 0; other < v->rows; other++) {
        double sum = 0;
        for (uint64_t i = v->offsets[other]; i < v->offsets[other + 1]; i++)
            sum += dense[v->term[i]] * v->weight[i];
        if (other != row && (!allowed || allowed[other]))
            out[count++] = (scored){sum, other};
    }
    for (uint64_t i = v->offsets[row]; i < v->offsets[row + 1]; i++)
        dense[v->term[i]] = 0;
    qsort(out, count, sizeof *out, by_score);
    return count;
}

/* Sums in another order differ in their last bits, so scores are compared with a tolerance, and items by the score that
 * they really have. */
static void check_row(const prt_similar *s, uint32_t row, uint32_t top, double minimum, const scored *all,
                      uint32_t count, double *score_of) {
    const double near = 1e-6;
    uint32_t expected = 0, found = (uint32_t)(s->offsets[row + 1] - s->offsets[row]);
    const uint32_t *item = s->item + s->offsets[row];
    const float *score = s->score + s->offsets[row];
    for (uint32_t i = 0; i < count; i++) {
        score_of[all[i].item] = all[i].score;
        expected += i < top && all[i].score > minimum;
    }
    assert_int_equal(found, expected);
    for (uint32_t i = 0; i < found; i++) {
        assert_int_not_equal(item[i], row);
        assert_float_equal(score[i], all[i].score, near);
        assert_float_equal(score[i], score_of[item[i]], near);
        assert_true(score[i] > minimum);
        if (i > 0)
            assert_true(score[i] < score[i - 1] || (score[i] == score[i - 1] && item[i] > item[i - 1]));
    }
    for (uint32_t i = 0; i < count; i++)
        score_of[all[i].item] = -1;
}

static void check_all(const prt_vectors *v, uint32_t top, float minimum, const uint8_t *allowed, const prt_similar *s) {
    double *dense = calloc(v->terms + 1u, sizeof *dense), *score_of = malloc((v->rows + 1u) * sizeof *score_of);
    scored *all = malloc((v->rows + 1u) * sizeof *all);
    for (uint32_t row = 0; row < v->rows; row++)
        score_of[row] = -1;
    assert_int_equal(s->rows, v->rows);
    for (uint32_t row = 0; row < v->rows; row++) {
        uint32_t count = compare_all(v, row, allowed, dense, all);
        check_row(s, row, top, (double)minimum, all, count, score_of);
    }
    free(dense);
    free(score_of);
    free(all);
}

static bool are_same(const prt_similar *a, const prt_similar *b) {
    uint64_t count = a->offsets[a->rows];
    return a->rows == b->rows && memcmp(a->offsets, b->offsets, (a->rows + 1u) * sizeof *a->offsets) == 0 &&
           memcmp(a->item, b->item, count * sizeof *a->item) == 0 &&
           memcmp(a->score, b->score, count * sizeof *a->score) == 0;
}

/* ---- lists ---- */

static void search_and_check(const prt_vectors *v, uint32_t top, float minimum, const uint8_t *allowed) {
    prt_similar one, three;
    assert_int_equal(prt_similar_make(v, top, minimum, 1, allowed, &one, NULL), PR_OK);
    assert_int_equal(prt_similar_make(v, top, minimum, 3, allowed, &three, NULL), PR_OK);
    check_all(v, top, minimum, allowed, &one);
    assert_true(are_same(&one, &three));
    prt_similar_free(&one);
    prt_similar_free(&three);
}

static void lists_are_exact(void **state) {
    (void)state;
    const uint32_t words[] = {3, 40, 400, 6000}, rows[] = {60, 700, 1500, 1200}, tops[] = {1, 5, 20, 5000};
    for (int c = 0; c < 4; c++) {
        corpus texts = make_corpus(rows[c], words[c], (uint64_t)c * 1000003);
        prt_vectors v;
        assert_int_equal(prt_tfidf_make(texts.texts, texts.rows, &PLAIN, &v, NULL), PR_OK);
        for (int t = 0; t < 4; t++) {
            search_and_check(&v, tops[t], 0, NULL);
            search_and_check(&v, tops[t], 0.3F, NULL);
        }
        prt_vectors_free(&v);
        free_corpus(&texts);
    }
}

static void only_allowed_rows_are_listed(void **state) {
    (void)state;
    corpus texts = make_corpus(800, 200, 77);
    uint8_t *allowed = calloc(texts.rows, 1);
    prt_vectors v;
    assert_int_equal(prt_tfidf_make(texts.texts, texts.rows, &PLAIN, &v, NULL), PR_OK);
    search_and_check(&v, 10, 0, allowed); /* none */
    for (uint32_t row = 0; row < texts.rows; row += 3)
        allowed[row] = 1;
    search_and_check(&v, 10, 0, allowed);
    prt_vectors_free(&v);
    free(allowed);
    free_corpus(&texts);
}

static void same_vectors_for_any_threads(void **state) {
    (void)state;
    corpus texts = make_corpus(3000, 2000, 5);
    const prt_tfidf_settings three = {NULL, false, 3};
    prt_vectors a, b;
    assert_int_equal(prt_tfidf_make(texts.texts, texts.rows, &PLAIN, &a, NULL), PR_OK);
    assert_int_equal(prt_tfidf_make(texts.texts, texts.rows, &three, &b, NULL), PR_OK);
    assert_int_equal(a.terms, b.terms);
    assert_memory_equal(a.offsets, b.offsets, (a.rows + 1u) * sizeof *a.offsets);
    assert_memory_equal(a.term, b.term, a.offsets[a.rows] * sizeof *a.term);
    assert_memory_equal(a.weight, b.weight, a.offsets[a.rows] * sizeof *a.weight);
    prt_vectors_free(&a);
    prt_vectors_free(&b);
    free_corpus(&texts);
}

static void equal_texts_go_by_number(void **state) {
    (void)state;
    enum { ROWS = 300, TOP = 7 };
    pr_text texts[ROWS];
    for (int i = 0; i < ROWS; i++)
        texts[i] = text(i % 2 ? "wooden chair" : "chair wooden"); /* one vector, whatever the order of the words */
    prt_vectors v;
    prt_similar s;
    assert_int_equal(prt_tfidf_make(texts, ROWS, &PLAIN, &v, NULL), PR_OK);
    assert_int_equal(prt_similar_make(&v, TOP, 0, 2, NULL, &s, NULL), PR_OK);
    for (uint32_t row = 0; row < ROWS; row++) {
        assert_int_equal(s.offsets[row + 1] - s.offsets[row], TOP);
        for (uint32_t i = 0; i < TOP; i++) {
            assert_int_equal(s.item[s.offsets[row] + i], i + (i >= row));
            assert_float_equal(s.score[s.offsets[row] + i], 1, 1e-6);
        }
    }
    prt_similar_free(&s);
    prt_vectors_free(&v);
}

static void few_rows(void **state) {
    (void)state;
    const pr_text texts[] = {text("oak table"), text("oak table"), text("")};
    for (uint32_t rows = 0; rows <= 3; rows++) {
        prt_vectors v;
        prt_similar s;
        assert_int_equal(prt_tfidf_make(texts, rows, &PLAIN, &v, NULL), PR_OK);
        for (uint32_t top = 0; top < 3; top++) {
            assert_int_equal(prt_similar_make(&v, top, 0, 2, NULL, &s, NULL), PR_OK);
            assert_int_equal(s.rows, rows);
            assert_int_equal(s.offsets[rows], rows >= 2 && top ? 2 : 0);
            prt_similar_free(&s);
        }
        prt_vectors_free(&v);
    }
}

static void wrong_vectors_are_refused(void **state) {
    (void)state;
    uint64_t offsets[] = {0, 2};
    uint32_t terms[] = {0, 1};
    float weights[] = {0.6F, 0.8F};
    prt_vectors v = {1, 2, offsets, terms, weights};
    prt_similar s;
    pr_error error;
    assert_int_equal(prt_similar_make(&v, 5, 0, 1, NULL, &s, NULL), PR_OK);
    prt_similar_free(&s);
    assert_int_equal(prt_similar_make(&v, 5, -1, 1, NULL, &s, &error), PR_E_ARGUMENT);
    assert_int_equal(prt_similar_make(&v, 5, NAN, 1, NULL, &s, &error), PR_E_ARGUMENT);
    weights[0] = -0.6F;
    assert_int_equal(prt_similar_make(&v, 5, 0, 1, NULL, &s, &error), PR_E_ARGUMENT);
    weights[0] = NAN;
    assert_int_equal(prt_similar_make(&v, 5, 0, 1, NULL, &s, &error), PR_E_ARGUMENT);
    weights[0] = 0.6F;
    terms[0] = 1;
    assert_int_equal(prt_similar_make(&v, 5, 0, 1, NULL, &s, &error), PR_E_ARGUMENT);
    terms[0] = 0;
    terms[1] = 2;
    assert_int_equal(prt_similar_make(&v, 5, 0, 1, NULL, &s, &error), PR_E_ARGUMENT);
    assert_null(s.item);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(weights_are_tf_idf),
                                       cmocka_unit_test(stop_words_and_stems),
                                       cmocka_unit_test(lists_are_exact),
                                       cmocka_unit_test(only_allowed_rows_are_listed),
                                       cmocka_unit_test(same_vectors_for_any_threads),
                                       cmocka_unit_test(equal_texts_go_by_number),
                                       cmocka_unit_test(few_rows),
                                       cmocka_unit_test(wrong_vectors_are_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
