/* The search index: words, order, impacts by BM25F. */
#include "text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static prt_strings strings(const char *const *texts, uint32_t count) {
    size_t total = 0;
    for (uint32_t i = 0; i < count; i++)
        total += strlen(texts[i]);
    prt_strings s = {count, calloc(count + 1, sizeof *s.offsets), malloc(total + 1)};
    for (uint32_t i = 0; i < count; i++) {
        memcpy(s.bytes + s.offsets[i], texts[i], strlen(texts[i]));
        s.offsets[i + 1] = s.offsets[i] + strlen(texts[i]);
    }
    return s;
}

static void free_strings(prt_strings *s) {
    free(s->offsets);
    free(s->bytes);
}

static uint32_t find_word(const prt_terms *terms, const char *word) {
    for (uint32_t t = 0; t < terms->count; t++) {
        if (strcmp(terms->words[t], word) == 0)
            return t;
    }
    return UINT32_MAX;
}

static void impacts_are_bm25f(void **state) {
    (void)state;
    const char *const titles[] = {"Gentle Yoga", "yoga YOGA flow", "Spin"}, *const tags[] = {"calm", "yoga"};
    uint32_t codes[] = {1, 0, 0}, offsets[] = {0, 2, 3, 3};
    prt_column title = {.name = "title", .type = PRT_TEXT, .rows = 3, .texts = strings(titles, 3)};
    prt_column tag = {.name = "tags",
                      .type = PRT_LIST,
                      .rows = 3,
                      .values = strings(tags, 2),
                      .codes = codes,
                      .list_offsets = offsets};
    const prt_text_field fields[] = {{&title, 3}, {&tag, 2}};
    const uint32_t order[] = {2, 0, 1}; /* numbers 0, 1, 2 are rows 2, 0, 1 */
    prt_terms terms;
    assert_int_equal(prt_terms_make(fields, 2, order, 3, &terms, NULL), PR_OK);
    assert_int_equal(terms.count, 5);
    for (uint32_t t = 1; t < terms.count; t++)
        assert_true(strcmp(terms.words[t - 1], terms.words[t]) < 0);
    uint32_t yoga = find_word(&terms, "yoga");
    assert_int_equal(terms.offsets[yoga + 1] - terms.offsets[yoga], 2);
    const prt_posting *p = &terms.postings[terms.offsets[yoga]];
    assert_int_equal(p[0].item, 1);
    assert_int_equal(p[1].item, 2);
    /* titles have 2, 3 and 1 words (mean 2), tags 2, 1 and 0 (mean 1) */
    double first = 3.0 / (0.25 + 0.75 * 2 / 2) + 2.0 / (0.25 + 0.75 * 2 / 1), second = 2 * 3.0 / (0.25 + 0.75 * 3 / 2);
    assert_int_equal(p[0].impact, (int)floor(255 * first / (1.2 + first) + 0.5));
    assert_int_equal(p[1].impact, (int)floor(255 * second / (1.2 + second) + 0.5));
    prt_terms_free(&terms);
    free_strings(&title.texts);
    free_strings(&tag.values);
}

static void no_words_no_terms(void **state) {
    (void)state;
    const char *const titles[] = {"", "…", " - "};
    prt_column title = {.name = "title", .type = PRT_TEXT, .rows = 3, .texts = strings(titles, 3)};
    const prt_text_field fields[] = {{&title, 1}};
    const uint32_t order[] = {0, 1, 2};
    prt_terms terms;
    assert_int_equal(prt_terms_make(fields, 1, order, 3, &terms, NULL), PR_OK);
    assert_int_equal(terms.count, 0);
    prt_terms_free(&terms);
    assert_int_equal(prt_terms_make(fields, 0, order, 3, &terms, NULL), PR_OK);
    assert_int_equal(terms.count, 0);
    prt_terms_free(&terms);
    free_strings(&title.texts);
}

static void many_words(void **state) {
    (void)state;
    enum { ITEMS = 3000 };
    char *bytes = malloc(ITEMS * 24);
    prt_strings texts = {ITEMS, calloc(ITEMS + 1, sizeof *texts.offsets), bytes};
    uint32_t *order = malloc(ITEMS * sizeof *order);
    for (uint32_t i = 0; i < ITEMS; i++) {
        char word[24] = "common w";
        size_t n = 8;
        for (uint32_t rest = i; rest; rest /= 10)
            word[n++] = (char)('0' + rest % 10);
        memcpy(bytes + texts.offsets[i], word, n);
        texts.offsets[i + 1] = texts.offsets[i] + n;
        order[i] = i;
    }
    prt_column title = {.name = "title", .type = PRT_TEXT, .rows = ITEMS, .texts = texts};
    const prt_text_field fields[] = {{&title, 1}};
    prt_terms terms;
    assert_int_equal(prt_terms_make(fields, 1, order, ITEMS, &terms, NULL), PR_OK);
    uint32_t common = find_word(&terms, "common");
    assert_int_equal(terms.offsets[common + 1] - terms.offsets[common], ITEMS);
    for (uint32_t i = 0; i < ITEMS; i++)
        assert_int_equal(terms.postings[terms.offsets[common] + i].item, i);
    prt_terms_free(&terms);
    free_strings(&texts);
    free(order);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(impacts_are_bm25f), cmocka_unit_test(no_words_no_terms),
                                       cmocka_unit_test(many_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
