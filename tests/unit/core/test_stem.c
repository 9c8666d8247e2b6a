/* Stems and the matching of phrases. tests/oracle/test_stem.py compares stems with Snowball's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "pocketrec.h"

static const char *stem(const char *text) {
    static char letters[64];
    size_t size = strlen(text);
    memcpy(letters, text, size);
    letters[pr_stem(letters, size)] = 0;
    return letters;
}

static pr_text text_of(const char *text) {
    return (pr_text){text, strlen(text)};
}

static bool same(const char *a, const char *b) {
    return pr_same_phrase(text_of(a), text_of(b)) && pr_same_phrase(text_of(b), text_of(a));
}

static bool match(const pr_synonyms *synonyms, const char *goal, const char *speciality) {
    return pr_goal_match(synonyms, text_of(goal), text_of(speciality));
}

/* Pairs of the published description. */
static void endings_are_cut(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        {"consigned", "consign"},
        {"consistency", "consist"},
        {"knackeries", "knackeri"},
        {"knots", "knot"},
        {"generically", "generic"},
        {"communism", "communism"},
        {"hopping", "hop"},
        {"hoping", "hope"},
        {"luxuriated", "luxuri"},
        {"ties", "tie"},
        {"cries", "cri"},
        {"gas", "gas"},
        {"rehabilitation", "rehabilit"},
        {"say", "say"},
        {"by", "by"},
        {"dying", "die"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_string_equal(stem(pairs[i][0]), pairs[i][1]);
}

static void other_words_stay(void **state) {
    (void)state;
    static const char *const words[] = {"", "a", "is", "5s", "covid19s", "l\xC3\xB8pings"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_string_equal(stem(words[i]), words[i]);
}

static void spellings_are_one_phrase(void **state) {
    (void)state;
    assert_true(same("Weight loss", "loss of WEIGHT"));
    assert_true(same("Running coach", "runs"));
    assert_true(same("Strength & strength", "strengths"));
    assert_false(same("weight loss", "weight"));
    assert_false(same("rehab", "rehabilitation"));
    assert_false(same("", ""));
    assert_false(same("the coach", "the coach"));
}

static void equal_keys_are_equal_phrases(void **state) {
    (void)state;
    static const char *const texts[] = {"Weight loss", "loss of weight", "weight", "yoga for runners",
                                        "Runner yoga", "the coach",      ""};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        for (size_t j = 0; j < sizeof texts / sizeof *texts; j++) {
            char a[PR_PHRASE_KEY], b[PR_PHRASE_KEY];
            size_t size = pr_phrase_key(text_of(texts[i]), a);
            pr_phrase_key(text_of(texts[j]), b);
            assert_int_equal(size, strlen(a));
            assert_int_equal(size > 0 && strcmp(a, b) == 0, same(texts[i], texts[j]));
        }
    }
}

static void goals_match_by_stems(void **state) {
    (void)state;
    assert_true(match(NULL, "weight loss", "Losses of weight"));
    assert_true(match(NULL, "yoga", "Yoga for runners"));
    assert_true(match(NULL, "yoga for runners", "yoga"));
    assert_false(match(NULL, "weight loss", "weight lifting"));
    assert_false(match(NULL, "", "yoga"));
    assert_false(match(NULL, "yoga", "the coach"));
    assert_false(match(NULL, "training with a coach", "a training coach"));
}

static const pr_synonyms *read(pr_arena *arena, const char *json, pr_status expected) {
    const pr_json *tree = NULL;
    const pr_synonyms *out = NULL;
    pr_error error = {0};
    assert_int_equal(pr_json_parse(json, strlen(json), NULL, arena, &tree, &error), PR_OK);
    assert_int_equal(pr_synonyms_read(tree, arena, &out, &error), expected);
    assert_int_equal(error.message[0] != 0, expected != PR_OK);
    return out;
}

static void synonyms_stand_for_each_other(void **state) {
    (void)state;
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    const pr_synonyms *synonyms = read(&arena, "[[\"weight loss\",\"slimming\"],[\"rehab\",\"physiotherapy\"]]", PR_OK);
    assert_true(match(synonyms, "weight loss", "Slimming"));
    assert_true(match(synonyms, "slimming after forty", "loss of weight"));
    assert_true(match(synonyms, "rehab", "physiotherapy"));
    assert_false(match(synonyms, "weight loss", "physiotherapy"));
    assert_false(match(synonyms, "weight", "slimming"));
    assert_false(match(NULL, "weight loss", "slimming"));
    pr_arena_free(&arena);
}

static void wrong_synonyms_are_refused(void **state) {
    (void)state;
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    read(&arena, "null", PR_OK);
    read(&arena, "[]", PR_OK);
    read(&arena, "{}", PR_E_FORMAT);
    read(&arena, "[\"rehab\"]", PR_E_FORMAT);
    read(&arena, "[[1]]", PR_E_FORMAT);
    char many[4096] = "[[\"a\"";
    for (int i = 0; i < 32; i++)
        strcat(many, ",\"a\"");
    read(&arena, strcat(many, "]]"), PR_E_FORMAT);
    pr_arena_free(&arena);
}

/* Long phrases and long words neither overrun nor match by accident. */
static void long_phrases_are_cut(void **state) {
    (void)state;
    char text[4001], key[PR_PHRASE_KEY];
    memset(text, 'b', sizeof text - 1);
    text[sizeof text - 1] = 0;
    assert_true(pr_phrase_key(text_of(text), key) <= 31);
    for (size_t i = 0; i < sizeof text - 1; i++)
        text[i] = i % 40 == 39 ? ' ' : (char)('b' + i / 40 % 20);
    assert_true(pr_phrase_key(text_of(text), key) < PR_PHRASE_KEY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endings_are_cut),
        cmocka_unit_test(other_words_stay),
        cmocka_unit_test(spellings_are_one_phrase),
        cmocka_unit_test(equal_keys_are_equal_phrases),
        cmocka_unit_test(goals_match_by_stems),
        cmocka_unit_test(synonyms_stand_for_each_other),
        cmocka_unit_test(wrong_synonyms_are_refused),
        cmocka_unit_test(long_phrases_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
