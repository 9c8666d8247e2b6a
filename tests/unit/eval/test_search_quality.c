/* Judged queries: reading them, cutting them, what a list is worth. */
#include "judgements.h"
#include "search_quality.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

static int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/pocketrec-test-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void write_file(const char *name, const char *text, char path[128]) {
    snprintf(path, 128, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static pr_status read_judgements(const char *queries, const char *relevance, prt_judgements *out, pr_error *error) {
    char paths[2][128];
    prt_config config = {0};
    write_file("queries", queries, paths[0]);
    write_file("relevance", relevance, paths[1]);
    config.judgements.queries = paths[0];
    config.judgements.relevance = paths[1];
    memset(error, 0, sizeof *error);
    return prt_judgements_read(&config, out, error);
}

#define QUERIES ".I 001\n.W\nwhat similarity\nlaws\n.I 004\n.W\n.I 005\n.W\nflutter .\n"

static void test_queries_are_known_by_their_place(void **state) {
    (void)state;
    prt_judgements j;
    pr_error error;
    uint32_t first;
    if (read_judgements(QUERIES, "3 1400 1\n1 7 2\r\n\n1 a\t-1\n1  12 0\n1 b/c 3 \n1 7 4", &j, &error) != PR_OK) {
        fail_msg("%s", error.message);
    }
    assert_int_equal(j.queries.count, 3);
    assert_memory_equal(j.queries.bytes, "what similarity lawsflutter .", 29);
    assert_int_equal(j.count, 3);
    uint32_t end = prt_judgements_of(&j, 0, &first);
    assert_int_equal(end - first, 2);
    assert_true(prt_judgements_have(&j, first, end, (pr_text){"7", 1}));
    assert_true(prt_judgements_have(&j, first, end, (pr_text){"b/c", 3}));
    assert_false(prt_judgements_have(&j, first, end, (pr_text){"12", 2}));
    assert_false(prt_judgements_have(&j, first, end, (pr_text){"a", 1}));
    assert_false(prt_judgements_have(&j, first, end, (pr_text){"1400", 4}));
    end = prt_judgements_of(&j, 1, &first);
    assert_int_equal(end, first);
    end = prt_judgements_of(&j, 2, &first);
    assert_int_equal(end - first, 1);
    assert_true(prt_judgements_have(&j, first, end, (pr_text){"1400", 4}));
    prt_judgements_free(&j);
}

static void expect_failure(const char *queries, const char *relevance, const char *message) {
    prt_judgements j;
    pr_error error;
    assert_int_equal(read_judgements(queries, relevance, &j, &error), PR_E_FORMAT);
    prt_judgements_free(&j);
    if (!strstr(error.message, message)) {
        fail_msg("\"%s\" is not in \"%s\"", message, error.message);
    }
}

static void test_broken_files_name_the_line(void **state) {
    (void)state;
    expect_failure("", "1 1 1\n", "queries line 1: the file is empty");
    expect_failure("what\n", "1 1 1\n", "queries line 1: there is no record");
    expect_failure(".I 1\nwhat\n.W\nx\n", "1 1 1\n", "line 1: has text between its id and its first section");
    expect_failure(QUERIES, "", "no grade is above 0");
    expect_failure(QUERIES, "1 1 -1\n", "no grade is above 0");
    expect_failure(QUERIES, "1 1 1\n4 1 1\n", "relevance line 2: there is no query 4; the file of queries has 3");
    expect_failure(QUERIES, "0 1 1\n", "line 1: there is no query 0");
    expect_failure(QUERIES, "-1 1 1\n", "line 1: does not begin with the number of a query");
    expect_failure(QUERIES, "1 1\n", "line 1: should hold");
    expect_failure(QUERIES, "1 0 1 1\n", "line 1: should hold");
    expect_failure(QUERIES, "1 1 x\n", "line 1: does not end with a grade");
}

static void test_long_queries_are_cut_at_a_word(void **state) {
    (void)state;
    char text[600];
    memset(text, 'x', sizeof text);
    assert_int_equal(prt_search_cut(text, 0), 0);
    assert_int_equal(prt_search_cut(text, 255), 255);
    assert_int_equal(prt_search_cut(text, 256), 255);
    text[100] = text[200] = ' ';
    assert_int_equal(prt_search_cut(text, 255), 255);
    assert_int_equal(prt_search_cut(text, 256), 200);
    text[255] = ' ';
    assert_int_equal(prt_search_cut(text, 300), 255);
    for (int i = 0; i < 300; i++) {
        memcpy(text + 2 * i, "\xC3\xBC", 2);
    }
    assert_int_equal(prt_search_cut(text, 510), 510);
    assert_int_equal(prt_search_cut(text, 600), 510);
}

static void test_metrics(void **state) {
    (void)state;
    const bool hits[10] = {false, true, true};
    double v[PRT_SEARCH_METRICS];
    prt_search_metrics(hits, 10, 4, v);
    double ideal = 1 + 1 / log2(3) + 0.5 + 1 / log2(5);
    assert_float_equal(v[0], (1 / log2(3) + 0.5) / ideal, 1e-12);
    assert_float_equal(v[1], 0.5, 0);
    assert_float_equal(v[2], 0.5, 0);
    prt_search_metrics(hits, 1, 4, v);
    assert_true(v[0] == 0 && v[1] == 0 && v[2] == 0);
    prt_search_metrics(hits + 1, 2, 30, v);
    assert_float_equal(v[1], 1, 0);
    assert_float_equal(v[2], 2 / 30.0, 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queries_are_known_by_their_place),
        cmocka_unit_test(test_broken_files_name_the_line),
        cmocka_unit_test(test_long_queries_are_cut_at_a_word),
        cmocka_unit_test(test_metrics),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
