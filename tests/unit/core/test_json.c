/* The JSON reader and writer: what is accepted, what is refused and where, and how numbers are printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pocketrec.h"

static pr_arena arena;

static int set_up(void **state) {
    (void)state;
    pr_arena_init(&arena, NULL, 0);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    pr_arena_free(&arena);
    return 0;
}

static pr_status parse(const char *text, const pr_json **root, pr_error *error) {
    return pr_json_parse(text, strlen(text), NULL, &arena, root, error);
}

/* Parse and write again. */
static const char *again(const char *text) {
    const pr_json *root;
    pr_buffer out = {.arena = &arena};
    pr_writer w = {&out, 0, false};
    assert_int_equal(parse(text, &root, NULL), PR_OK);
    pr_write_json(&w, root);
    pr_buffer_append(&out, "", 1);
    return out.bytes;
}

static void values_survive_a_round_trip(void **state) {
    (void)state;
    assert_string_equal(again(" { \"a\" : [ 1 , 2.5 , -3e-2 , true, false, null ] } "),
                        "{\"a\":[1,2.5,-0.03,true,false,null]}");
    assert_string_equal(again("\"\\u00e9\\ud83d\\ude00\\n\\u0000\\/\""), "\"é😀\\n\\u0000/\"");
    assert_string_equal(again("[]"), "[]");
    assert_string_equal(again("[1.7976931348623157e308,1e308,5e-324]"), "[1.79769313e308,1e308,4.94065646e-324]");
    assert_string_equal(again("9007199254740991"), "9007199254740991");
}

static void what_is_not_json_is_refused_with_its_place(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t position;
    } cases[] = {
        {"", 0},
        {"[1,]", 3},
        {"[1 2]", 3},
        {"{\"a\" 1}", 5},
        {"{\"a\":1,\"a\":2}", 7},
        {"{a:1}", 1},
        {"[01]", 1},
        {"[1.]", 3},
        {"[-]", 1},
        {"[1e]", 3},
        {"[1e999]", 1},
        {"[NaN]", 1},
        {"[\"\t\"]", 2},
        {"\"\\x\"", 1},
        {"\"\\ud800\"", 1},
        {"\"\\udc00x\"", 1},
        {"\"abc", 4},
        {"[] x", 3},
        {"tru", 0},
        {"\"\xC0\x80\"", 1},
        {"[", 1},
        {"{", 1},
        {"{\"a\":}", 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const pr_json *root;
        pr_error error = {0};
        if (parse(cases[i].text, &root, &error) != PR_E_FORMAT || error.position != cases[i].position || root)
            fail_msg("%s: status %d at %d", cases[i].text, error.code, (int)error.position);
    }
}

static void nesting_and_size_have_limits(void **state) {
    (void)state;
    char deep[10001];
    memset(deep, '[', 10000);
    deep[10000] = 0;
    const pr_json *root;
    assert_int_equal(parse(deep, &root, NULL), PR_E_LIMIT);
    pr_json_limits limits = {8, 0};
    assert_int_equal(pr_json_parse("[1,2,3,4,5]", 11, &limits, &arena, &root, NULL), PR_E_LIMIT);
}

static void whole_numbers_are_integers_however_written(void **state) {
    (void)state;
    static const char *const whole[] = {"228", "228.0", "2.28e2", "-3", "0", "-0.0", "9007199254740991"};
    static const char *const broken[] = {"228.5", "1e-3", "9007199254740992", "1e300"};
    const pr_json *root;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        assert_true(parse(whole[i], &root, NULL) == PR_OK && root->is_integer);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        assert_true(parse(broken[i], &root, NULL) == PR_OK && !root->is_integer);
}

static void numbers_of_17_digits_are_read_back_exactly(void **state) {
    (void)state;
    for (uint64_t i = 0; i < 100000; i++) {
        double value = (pr_uniform(5, i) - 0.5) * pr_exp((double)(i % 30));
        char text[40];
        const pr_json *root;
        snprintf(text, sizeof text, "%.17g", value);
        pr_arena_reset(&arena);
        assert_int_equal(parse(text, &root, NULL), PR_OK);
        if (value > 0.01 || value < -0.01)
            assert_true(root->number == value);
    }
    const pr_json *root;
    assert_int_equal(parse("1000.0000000000001", &root, NULL), PR_OK);
    assert_true(root->number > 1000);
}

static void keys_are_compared_with_case(void **state) {
    (void)state;
    const pr_json *root;
    assert_int_equal(parse("{\"Age\":1,\"age\":2}", &root, NULL), PR_OK);
    assert_true(pr_json_get(root, "age")->number == 2);
    assert_null(pr_json_get(root, "AGE"));
}

static void numbers_print_with_nine_digits(void **state) {
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0, "0"},
                 {-0.0, "0"},
                 {1, "1"},
                 {-17, "-17"},
                 {0.1, "0.1"},
                 {1.0 / 3, "0.333333333"},
                 {2.0 / 3, "0.666666667"},
                 {1e-5, "0.00001"},
                 {1.5e-9, "1.5e-9"},
                 {123456.789, "123456.789"},
                 {1e300, "1e300"},
                 {0.9999999999, "1"},
                 {12345678.95, "12345679"},
                 {9007199254740991.0, "9007199254740991"},
                 {5e-324, "4.94065646e-324"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[32];
        assert_int_equal(pr_format_number(cases[i].value, text), strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
    }
}

static void printed_numbers_are_within_nine_digits_of_the_value(void **state) {
    (void)state;
    for (uint64_t i = 0; i < 200000; i++) {
        double value = (pr_uniform(3, i) - 0.5) * pr_exp((pr_uniform(4, i) - 0.5) * 400);
        char text[32];
        pr_format_number(value, text);
        double error = strtod(text, NULL) - value;
        if (error < 0)
            error = -error;
        assert_true(error <= 5.1e-9 * (value < 0 ? -value : value));
    }
}

static void running_out_of_memory_is_an_error_not_a_crash(void **state) {
    (void)state;
    pr_arena small;
    const pr_json *root;
    pr_arena_init(&small, NULL, 64);
    assert_int_equal(pr_json_parse("[1,2,3,4,5,6,7]", 15, NULL, &small, &root, NULL), PR_E_MEMORY);
    pr_arena_free(&small);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(values_survive_a_round_trip, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_json_is_refused_with_its_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nesting_and_size_have_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whole_numbers_are_integers_however_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers_of_17_digits_are_read_back_exactly, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keys_are_compared_with_case, set_up, tear_down),
        cmocka_unit_test(numbers_print_with_nine_digits),
        cmocka_unit_test(printed_numbers_are_within_nine_digits_of_the_value),
        cmocka_unit_test(running_out_of_memory_is_an_error_not_a_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
