/* Who is flagged, and the normal quantile behind it. */
#include "flags.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void quantiles_are_right(void **state) {
    (void)state;
    const struct {
        double p, z;
    } known[] = {{0.5, 0},
                 {0.975, 1.959963984540054},
                 {0.025, -1.959963984540054},
                 {0.995, 2.5758293035489004},
                 {0.9995, 3.2905267314919255},
                 {0.01, -2.3263478740408408}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        assert_true(fabs(prt_normal_quantile(known[i].p) - known[i].z) < 5e-9);
}

static void flagged_only_with_enough_evidence(void **state) {
    (void)state;
    const prt_flag_rule rule = {0.5, 0.95, 20};
    const prt_group few = {19, 19, 9}, chance = {30, 17, 9}, bad = {100, 65, 9}, good = {100, 20, 9}, none = {0, 0, 0};
    assert_false(prt_flag_judge(&few, &rule).flagged);
    assert_false(prt_flag_judge(&chance, &rule).flagged);
    assert_true(prt_flag_judge(&bad, &rule).flagged);
    assert_false(prt_flag_judge(&good, &rule).flagged);
    assert_false(prt_flag_judge(&none, &rule).flagged);
    prt_flag_verdict v = prt_flag_judge(&bad, &rule);
    assert_true(v.low > 0.5525 && v.low < 0.5527); /* scipy: 0.552543… */
    assert_true(v.high > 0.7363 && v.high < 0.7366);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(quantiles_are_right),
                                       cmocka_unit_test(flagged_only_with_enough_evidence)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
