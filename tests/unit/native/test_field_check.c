/* Numbers, dates and texts as files hold them. */
#include "field_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void expect_time(const char *text, int64_t seconds) {
    int64_t got = 0;
    if (!prt_parse_time(text, strlen(text), &got)) {
        fail_msg("\"%s\" was refused", text);
    }
    assert_int_equal(got, seconds);
}

static void test_times_in_all_their_forms(void **state) {
    (void)state;
    expect_time("1970-01-01", 0);
    expect_time("2026-11-21", 1795219200);
    expect_time("2025-03-05T06:32:41.016619", 1741156361);
    expect_time("2025-04-06T15:24:41Z", 1743953081);
    expect_time("2025-04-06 15:24:41+02:00", 1743945881);
    expect_time("2025-04-06 15:24:41-0530", 1743972881);
    expect_time("2025-04-06 15:24+00", 1743953040);
    expect_time("2024-02-29T23:59:60Z", 1709251200);
    expect_time("1969-12-31T23:59:59Z", -1);
    expect_time("881250949", 881250949);
    expect_time("881250949.75", 881250949);
    expect_time("-1.5", -2);
}

static void test_what_is_no_time(void **state) {
    (void)state;
    static const char *const wrong[] = {"",
                                        "yesterday",
                                        "2025-02-29",
                                        "2025-13-01",
                                        "2025-00-10",
                                        "2025-04-31",
                                        "2025-4-1",
                                        "20250401",
                                        "2025-04-06T",
                                        "2025-04-06T25:00:00",
                                        "1e20",
                                        "2025-04-06T10:61",
                                        "2025-04-06T10:00:61",
                                        "2025-04-06T10:00:00.",
                                        "2025-04-06T10:00:00+2",
                                        "2025/04/06",
                                        "2025-04-06T10:00:0",
                                        "1743953081000",
                                        "0x10",
                                        "2025-04-06T10:00:00+24:00"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int64_t seconds;
        if (prt_parse_time(wrong[i], strlen(wrong[i]), &seconds)) {
            fail_msg("\"%s\" was taken for a time", wrong[i]);
        }
    }
}

static void test_dates(void **state) {
    (void)state;
    int64_t days;
    assert_true(prt_parse_date("2025-05-18", 10, &days));
    assert_int_equal(days, 20226);
    assert_true(prt_parse_date("2025-05-18T23:00:00-05:00", 25, &days));
    assert_int_equal(days, 20226);
    assert_true(prt_parse_date("-1", 2, &days));
    assert_int_equal(days, -1);
}

static void test_whole_numbers(void **state) {
    (void)state;
    int64_t n;
    assert_true(prt_parse_integer("-12", 3, &n) && n == -12);
    assert_true(prt_parse_integer("30.00", 5, &n) && n == 30);
    assert_true(prt_parse_integer("9223372036854775807", 19, &n) && n == INT64_MAX);
    static const char *const wrong[] = {"", "-", "1.5", "1e3", " 1", "1 ", "9223372036854775808", "0x1", "--1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(prt_parse_integer(wrong[i], strlen(wrong[i]), &n));
    }
}

static void test_real_numbers(void **state) {
    (void)state;
    double x;
    assert_true(prt_parse_real("-1.25e2", 7, &x) && x == -125);
    assert_true(prt_parse_real(".5", 2, &x) && x == 0.5);
    static const char *const wrong[] = {"", "nan", "inf", "0x1p3", "1e", "1e999", "1,5", " 1", "."};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(prt_parse_real(wrong[i], strlen(wrong[i]), &x));
    }
}

static void test_texts(void **state) {
    (void)state;
    assert_null(prt_check_text("", 0));
    assert_null(prt_check_text("plain and \xC3\xBC\xF0\x9F\x8F\x8B", 16));
    assert_string_equal(prt_check_text("0123456789\0x", 12), "holds a NUL byte");
    assert_string_equal(prt_check_text("abc\0", 4), "holds a NUL byte");
    assert_string_equal(prt_check_text("caf\xE9", 4), "is not valid UTF-8");
    assert_string_equal(prt_check_text("01234567\xC3", 9), "is not valid UTF-8");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_in_all_their_forms),
        cmocka_unit_test(test_what_is_no_time),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_whole_numbers),
        cmocka_unit_test(test_real_numbers),
        cmocka_unit_test(test_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
