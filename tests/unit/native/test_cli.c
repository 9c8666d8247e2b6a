/* Options, exit codes, threads and time of the command. */
#include "cli.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct parsed {
    const char *out;
    int64_t threads;
    double ratio;
    bool quiet;
    const char *given[2];
    size_t count;
} parsed;

static int parse(parsed *p, int argc, char **argv) {
    const prt_option options[] = {
        {"--out", PRT_OPTION_TEXT, &p->out, "DIR", "folder", 0, 0},
        {"--threads", PRT_OPTION_INTEGER, &p->threads, "N", "threads", 1, 256},
        {"--ratio", PRT_OPTION_REAL, &p->ratio, "R", "ratio", 0, 1},
        {"--quiet", PRT_OPTION_FLAG, &p->quiet, NULL, "quiet", 0, 0},
    };
    const prt_usage usage = {"test", "A [B]", "A test.", options, 4, 1, 2};
    return prt_cli_parse(&usage, argc, argv, p->given, &p->count);
}

#define PARSE(p, ...)                                                                                                  \
    parse(p, (int)(sizeof((char *[]){"test", __VA_ARGS__}) / sizeof(char *)), (char *[]){"test", __VA_ARGS__})

static void options_are_read(void **state) {
    (void)state;
    parsed p = {0};
    assert_int_equal(PARSE(&p, "a", "--out", "x y", "--threads=3", "--ratio", "0.25", "--quiet", "--", "--b"),
                     PRT_CLI_GO_ON);
    assert_string_equal(p.out, "x y");
    assert_int_equal(p.threads, 3);
    assert_true(p.ratio == 0.25 && p.quiet);
    assert_int_equal(p.count, 2);
    assert_string_equal(p.given[0], "a");
    assert_string_equal(p.given[1], "--b");
    parsed alone = {0};
    assert_int_equal(PARSE(&alone, "-"), PRT_CLI_GO_ON);
    assert_null(alone.given[1]);
}

static void wrong_use_is_two(void **state) {
    (void)state;
    parsed p = {0};
    assert_int_equal(PARSE(&p, "--out"), PRT_EXIT_USAGE);
    assert_int_equal(PARSE(&p, "a", "b", "c"), PRT_EXIT_USAGE);
    assert_int_equal(PARSE(&p, "--quiet"), PRT_EXIT_USAGE);
    assert_int_equal(PARSE(&p, "a", "--quiet=1"), PRT_EXIT_USAGE);
    assert_int_equal(PARSE(&p, "a", "--thraeds", "1"), PRT_EXIT_USAGE);
    assert_int_equal(PARSE(&p, "a", "--threads", "0"), PRT_EXIT_USAGE);
    assert_int_equal(PARSE(&p, "a", "--threads", "2x"), PRT_EXIT_USAGE);
    assert_int_equal(PARSE(&p, "a", "--threads", ""), PRT_EXIT_USAGE);
    assert_int_equal(PARSE(&p, "a", "--ratio", "nan"), PRT_EXIT_USAGE);
    assert_int_equal(PARSE(&p, "a", "--ratio", "1.5"), PRT_EXIT_USAGE);
    assert_int_equal(PARSE(&p, "--help"), PRT_EXIT_DONE);
}

static void every_status_has_its_exit_code(void **state) {
    (void)state;
    assert_int_equal(prt_cli_exit_code(PR_OK), 0);
    assert_int_equal(prt_cli_exit_code(PR_E_MEMORY), 1);
    assert_int_equal(prt_cli_exit_code(PR_E_ARGUMENT), 2);
    assert_int_equal(prt_cli_exit_code(PR_E_FORMAT), 3);
    assert_int_equal(prt_cli_exit_code(PR_E_REFUSED), 4);
    assert_int_equal(prt_cli_exit_code(PR_E_IO), 5);
    assert_int_equal(prt_cli_exit_code(PR_E_LOCKED), 6);
}

static void the_environment_is_heeded(void **state) {
    (void)state;
    setenv("OMP_NUM_THREADS", "3", 1);
    assert_int_equal(prt_cli_threads(8), 3);
    assert_int_equal(prt_cli_threads(2), 2);
    unsetenv("OMP_NUM_THREADS");
    assert_int_equal(prt_cli_threads(8), 8);
    assert_true(prt_cli_threads(0) >= 1);
    setenv("SOURCE_DATE_EPOCH", "1763683200", 1);
    assert_true(prt_cli_now() == 1763683200);
    setenv("SOURCE_DATE_EPOCH", "soon", 1);
    assert_true(prt_cli_now() > 1763683200);
    unsetenv("SOURCE_DATE_EPOCH");
}

static void near_words_are_found(void **state) {
    (void)state;
    const char *const names[] = {"train", "inspect", "publish"};
    assert_string_equal(prt_cli_nearest("trian", names, 3), "train");
    assert_string_equal(prt_cli_nearest("inspct", names, 3), "inspect");
    assert_null(prt_cli_nearest("zzzzzz", names, 3));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_read),
        cmocka_unit_test(wrong_use_is_two),
        cmocka_unit_test(every_status_has_its_exit_code),
        cmocka_unit_test(the_environment_is_heeded),
        cmocka_unit_test(near_words_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
