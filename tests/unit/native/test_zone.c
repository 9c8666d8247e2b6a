/* Time zones: rules of every form, and files that are damaged in every way. All zones of the machine are compared with
 * another implementation in tests/oracle/test_zones.py. */
#include "zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { HOUR = 3600, DAY = 86400 };
static const int64_t JANUARY_2024 = 1704067200, JANUARY_2025 = 1735689600; /* 2024 is a leap year */

static bool parse(const char *text, prt_zone_rule *out) {
    return prt_zone_rule_parse(text, strlen(text), out);
}

/* Summer time of `text` begins and ends at these moments, the first after `time`. */
static void check_rule(const char *text, int64_t time, int64_t begins, int64_t ends) {
    prt_zone_rule rule;
    assert_true(parse(text, &rule));
    prt_zone_span winter = prt_zone_rule_at(&rule, time), summer = prt_zone_rule_at(&rule, begins);
    assert_int_equal(winter.offset, rule.standard);
    assert_int_equal(winter.until, begins);
    assert_int_equal(prt_zone_rule_at(&rule, begins - 1).offset, rule.standard);
    assert_int_equal(summer.offset, rule.summer);
    assert_int_equal(summer.until, ends);
    assert_int_equal(prt_zone_rule_at(&rule, ends - 1).offset, rule.summer);
    assert_int_equal(prt_zone_rule_at(&rule, ends).offset, rule.standard);
}

static void forms_of_a_day(void **state) {
    (void)state;
    /* Berlin: 2024-03-31 and 10-27, both at 01:00 UTC */
    check_rule("CET-1CEST,M3.5.0,M10.5.0/3", JANUARY_2024, 1711846800, 1729990800);
    /* 29 February is day 59 where days are counted from 0, and none where it is never counted */
    check_rule("AAA0BBB,59/0,60/1", JANUARY_2024, JANUARY_2024 + 59 * DAY, JANUARY_2024 + 60 * DAY);
    check_rule("AAA0BBB,59/0,60/1", JANUARY_2025, JANUARY_2025 + 59 * DAY, JANUARY_2025 + 60 * DAY);
    check_rule("AAA0BBB,J59/0,J60/1", JANUARY_2024, JANUARY_2024 + 58 * DAY, JANUARY_2024 + 60 * DAY);
    check_rule("AAA0BBB,J59/0,J60/1", JANUARY_2025, JANUARY_2025 + 58 * DAY, JANUARY_2025 + 59 * DAY);
    /* hours outside the day: Godthab's clocks went forward at 22:00 of the Saturday */
    check_rule("<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", JANUARY_2024, 1711846800, 1729990800);
}

static void summer_in_the_south(void **state) {
    (void)state;
    /* Sydney: from 2024-10-05 16:00 UTC to 2025-04-05 16:00 UTC */
    check_rule("AEST-10AEDT,M10.1.0,M4.1.0/3", JANUARY_2024 + 150 * DAY, 1728144000, 1743868800);
    /* Dublin calls winter the exception: an hour less */
    prt_zone_rule rule;
    assert_true(parse("IST-1GMT0,M10.5.0,M3.5.0/1", &rule));
    assert_int_equal(prt_zone_rule_at(&rule, JANUARY_2024).offset, 0);
    assert_int_equal(prt_zone_rule_at(&rule, JANUARY_2024 + 180 * DAY).offset, HOUR);
}

static void all_year(void **state) {
    (void)state;
    prt_zone_rule rule;
    assert_true(parse("XXX3EDT4,0/0,J365/23", &rule)); /* RFC 9636's own example of summer time without end */
    for (int64_t time = JANUARY_2024 - 400 * DAY; time < JANUARY_2025 + 400 * DAY; time += HOUR)
        assert_int_equal(prt_zone_rule_at(&rule, time).offset, -4 * HOUR);
    assert_true(parse("<+0545>-5:45", &rule));
    assert_int_equal(prt_zone_rule_at(&rule, JANUARY_2024).offset, 5 * HOUR + 45 * 60);
    assert_int_equal(prt_zone_rule_at(&rule, JANUARY_2024).until, INT64_MAX);
}

static void what_is_no_rule(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "",
        "CET",
        "CE-1",
        "CET-",
        "CET-25",
        "CET-1:60",
        "<CET-1",
        "CET-1CEST",
        "CET-1 ",
        "CET-1CEST,M3.5.0",
        "CET-1X,1,2",
        "CET-1CEST,M13.1.0,M10.5.0",
        "CET-1CEST,M3.6.0,M10.5.0",
        "CET-1CEST,M3.5.7,M10.5.0",
        "CET-1CEST,M3.5.0/168,M10.5.0",
        "CET-1CEST,J0,M10.5.0",
        "CET-1CEST,366,M10.5.0",
        "CET-1CEST,M3.5.0,M10.5.0,",
        "CET-1CEST,M3.5.0,M10.5.0/",
        "CET-99999999999",
    };
    prt_zone_rule rule;
    for (size_t i = 0; i < PRT_COUNT(wrong); i++) {
        if (parse(wrong[i], &rule))
            fail_msg("taken for a rule: %s", wrong[i]);
    }
    assert_true(parse("CET-1CEST,M3.5.0,M10.5.0", &rule));
    assert_false(prt_zone_rule_parse("CET-1CEST,M3.5.0,M10.5.0\0x", 26, &rule));
}

/* Two types, three changes, a rule; the block of 32-bit times is as small as it may be. */
static const char FILE_BYTES[] = "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1"
                                 "\0\0\0\0\0\0\0"
                                 "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\3\0\0\0\2\0\0\0\4"
                                 "\377\377\377\377\377\377\377\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0"
                                 "\1\0\1"
                                 "\0\0\16\20\0\0\0\0\34\40\1\0"
                                 "CET\0"
                                 "\nCET-1CEST,M3.5.0,M10.5.0/3\n";
enum { FILE_SIZE = sizeof FILE_BYTES - 1 };

static void a_file(void **state) {
    (void)state;
    prt_zone zone;
    assert_int_equal(prt_zone_parse(FILE_BYTES, FILE_SIZE, &zone, NULL), PR_OK);
    const struct {
        int64_t time;
        prt_zone_span span;
    } expected[] = {
        {-PRT_MOST_MOMENT, {HOUR, -256}},
        {-257, {HOUR, -256}},
        {-256, {2 * HOUR, 0}},
        {-1, {2 * HOUR, 0}},
        {0, {HOUR, 256}},
        {255, {HOUR, 256}},
    };
    for (size_t i = 0; i < PRT_COUNT(expected); i++) {
        prt_zone_span span = prt_zone_at(&zone, expected[i].time);
        assert_int_equal(span.offset, expected[i].span.offset);
        assert_int_equal(span.until, expected[i].span.until);
    }
    assert_int_equal(prt_zone_at(&zone, JANUARY_2024).offset, HOUR);
    assert_int_equal(prt_zone_at(&zone, JANUARY_2024 + 180 * DAY).offset, 2 * HOUR);
    prt_zone_free(&zone);
}

/* The bytes lie in memory of exactly their size, so that a sanitizer sees what is read beyond it. */
static pr_status parse_exact(const char *bytes, size_t size) {
    char *exact = malloc(size ? size : 1);
    prt_zone zone;
    pr_error error = {0};
    memcpy(exact, bytes, size);
    pr_status status = prt_zone_parse(exact, size, &zone, &error);
    if (status == PR_OK) {
        for (int64_t time = -PRT_MOST_MOMENT; time <= PRT_MOST_MOMENT; time += PRT_MOST_MOMENT / 64) {
            prt_zone_span span = prt_zone_at(&zone, time);
            assert_true(span.until > time && abs(span.offset) < 26 * HOUR);
        }
    } else {
        assert_int_equal(status, PR_E_FORMAT);
        assert_non_null(strstr(error.message, "no time zone"));
    }
    prt_zone_free(&zone);
    free(exact);
    return status;
}

static void damaged_files(void **state) {
    (void)state;
    char bytes[FILE_SIZE];
    for (size_t size = 0; size < FILE_SIZE; size++)
        assert_int_equal(parse_exact(FILE_BYTES, size), PR_E_FORMAT);
    memcpy(bytes, FILE_BYTES, FILE_SIZE);
    for (size_t at = 0; at < FILE_SIZE; at++) {
        for (int value = 0; value < 256; value++) {
            bytes[at] = (char)value;
            parse_exact(bytes, FILE_SIZE);
        }
        bytes[at] = FILE_BYTES[at];
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_of_a_day), cmocka_unit_test(summer_in_the_south),
        cmocka_unit_test(all_year),       cmocka_unit_test(what_is_no_rule),
        cmocka_unit_test(a_file),         cmocka_unit_test(damaged_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
