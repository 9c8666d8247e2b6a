/* The made-up trainers' spellings: with the configuration's synonyms, a goal meets all of its own and none of another.
 */
#include "pocketrec.h"
#include "trainer_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static pr_text text_of(const char *text) {
    return (pr_text){text, strlen(text)};
}

static void test_goals_meet_their_spellings(void **state) {
    (void)state;
    pr_arena arena;
    pr_error error = {0};
    const pr_json_limits limits = {1 << 16, 8};
    const pr_json *groups;
    const pr_synonyms *synonyms;
    pr_arena_init(&arena, pr_allocator_default(), 0);
    assert_int_equal(
        pr_json_parse(prt_trainer_synonyms, strlen(prt_trainer_synonyms), &limits, &arena, &groups, &error), PR_OK);
    assert_int_equal(pr_synonyms_read(groups, &arena, &synonyms, &error), PR_OK);
    for (int goal = 0; goal < PRT_GOALS; goal++) {
        for (int of = 0; of < PRT_GOALS; of++) {
            for (int spelling = 0; spelling < PRT_SPELLINGS; spelling++) {
                const char *offered = prt_goals[of].spellings[spelling];
                if (pr_goal_match(synonyms, text_of(prt_goals[goal].name), text_of(offered)) != (goal == of)) {
                    fail_msg("\"%s\" and \"%s\"", prt_goals[goal].name, offered);
                }
            }
        }
        for (int sideline = 0; sideline < PRT_SIDELINES; sideline++) {
            assert_false(pr_goal_match(synonyms, text_of(prt_goals[goal].name), text_of(prt_sidelines[sideline])));
        }
    }
    pr_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_goals_meet_their_spellings)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
