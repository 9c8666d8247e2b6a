/* Records of the SMART format into tables. */
#include "ingest_support.h"

#include <zlib.h>

#define CONFIG                                                                                                         \
    "{'name':'t','items':{'files':'%s','format':'smart','id':'I','title':'T','text':'W','columns':{'author':"          \
    "{'type':'text','from':'A'}}},'events':[],'limits':{'rejects':1},'outputs':{'rejects':'rejects.csv'}}"

#define WHOLE                                                                                                          \
    ".I 1\n.T\nexperimental  investigation of a\nwing in a slipstream .\n.A\nbrenckman,m.\t\n.B\nj. ae. scs. 25.\n"    \
    ".W\nan experimental study\n  .  it is .5 of\n.I2 and .W are no marks\n.I 2\n.T\nsimple\n.A\n.B\n.W\n\n"

static pr_status read_items(const char *name, const char *text, prt_dataset *d, pr_error *error) {
    char config[512];
    snprintf(config, sizeof config, CONFIG, name);
    if (text) {
        write_text(name, text);
    }
    return ingest(config, 2, 1 << 16, d, error);
}

static void expect_whole(const char *name, const char *text) {
    prt_dataset d;
    pr_error error;
    if (read_items(name, text, &d, &error) != PR_OK) {
        fail_msg("%s: %s", name, error.message);
    }
    assert_int_equal(d.items.count, 2);
    assert_string_equal(string_at(&d.items.ids, 0), "1");
    assert_string_equal(value_at(&d.items, "title", 0), "experimental investigation of a wing in a slipstream .");
    assert_string_equal(value_at(&d.items, "author", 0), "brenckman,m.");
    assert_string_equal(value_at(&d.items, "text", 0), "an experimental study . it is .5 of .I2 and .W are no marks");
    assert_string_equal(string_at(&d.items.ids, 1), "2");
    assert_string_equal(value_at(&d.items, "title", 1), "simple");
    assert_string_equal(value_at(&d.items, "text", 1), "");
    assert_string_equal(value_at(&d.items, "author", 1), "");
    assert_null(read_text("rejects.csv"));
    prt_dataset_free(&d);
}

static void test_records_and_sections(void **state) {
    (void)state;
    expect_whole("a.txt", WHOLE);
    expect_whole("b.txt", "\xEF\xBB\xBF\n \n" WHOLE);
}

static void test_windows_line_ends(void **state) {
    (void)state;
    char text[1024];
    size_t size = 0;
    for (const char *c = WHOLE; *c; c++) {
        if (*c == '\n') {
            text[size++] = '\r';
        }
        text[size++] = *c;
    }
    text[size] = 0;
    expect_whole("a.txt", text);
}

static void test_gzip(void **state) {
    (void)state;
    gzFile file = gzopen(in_folder("all.gz"), "wb");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, WHOLE, strlen(WHOLE)), strlen(WHOLE));
    assert_int_equal(gzclose(file), Z_OK);
    expect_whole("all.gz", NULL);
}

static void test_a_section_that_comes_twice_goes_on(void **state) {
    (void)state;
    prt_dataset d;
    pr_error error;
    assert_int_equal(read_items("a.txt", ".I 1\n.T\none\n.W\nfirst\n.T\ntwo\n.A\nx\n.W\nsecond", &d, &error), PR_OK);
    assert_string_equal(value_at(&d.items, "title", 0), "one two");
    assert_string_equal(value_at(&d.items, "text", 0), "first second");
    prt_dataset_free(&d);
}

static void expect_reject(const char *text, uint32_t count, const char *reject) {
    prt_dataset d;
    pr_error error;
    if (read_items("r.txt", text, &d, &error) != PR_OK) {
        fail_msg("%s", error.message);
    }
    assert_int_equal(d.items.count, count);
    char *rejects = read_text("rejects.csv");
    assert_non_null(rejects);
    if (!strstr(rejects, reject)) {
        fail_msg("%s is not in %s", reject, rejects);
    }
    free(rejects);
    prt_dataset_free(&d);
}

static void test_wrong_records_are_set_aside(void **state) {
    (void)state;
    expect_reject(WHOLE ".I 3\n.T\n.A\n.W\ntext\n", 2, ",20,\"T is missing\"");
    expect_reject(WHOLE ".I\n.T\nno id\n", 2, ",20,\"I is missing\"");
    expect_reject(WHOLE ".I 1\n.T\nagain\n", 2, ",20,\"I \"\"1\"\" is there already\"");
    expect_reject(WHOLE ".I 4\nstray\n.T\nx\n", 2, ",20,\"has text between its id and its first section\"");
    expect_reject(WHOLE ".I 5\n.T\nx\xFF\n.I 6\n.T\nsix", 3, ",20,\"T is not valid UTF-8");
}

static void expect_failure(const char *text, const char *message) {
    prt_dataset d;
    pr_error error;
    assert_int_equal(read_items("f.txt", text, &d, &error), PR_E_FORMAT);
    if (!strstr(error.message, message)) {
        fail_msg("\"%s\" is not in \"%s\"", message, error.message);
    }
}

static void test_broken_files_name_the_line(void **state) {
    (void)state;
    expect_failure("", "line 1: the file is empty");
    expect_failure("\n\n", "line 3: the file is empty");
    expect_failure("\n.T\nx\n.I 1\n", "line 2: there is no record");
    expect_failure("id,title\n1,x\n", "line 1: there is no record");
    expect_failure(".I 1\n.W\nx\n", "items.title names the column \"T\", which no record in");
}

static void test_columns_are_letters(void **state) {
    (void)state;
    prt_dataset d;
    pr_error error;
    write_text("c.txt", WHOLE);
    assert_int_equal(
        ingest("{'name':'t','items':{'files':'c.txt','format':'smart','id':'I','title':'title'},'events':[]}", 1,
               1 << 16, &d, &error),
        PR_E_FORMAT);
    assert_non_null(strstr(error.message, "items.title names the column \"title\"; columns of the SMART format"));
}

/* Without an end a record cannot be told from one that was cut off; nothing but a whole first section is needed. */
static void test_every_truncation_ends_well(void **state) {
    (void)state;
    for (size_t size = 0; size < strlen(WHOLE); size++) {
        prt_dataset d;
        pr_error error;
        char cut[1024];
        memcpy(cut, WHOLE, size);
        cut[size] = 0;
        pr_status status = read_items("cut.txt", cut, &d, &error);
        assert_true(status == PR_OK ? d.items.count == 1 || d.items.count == 2 : status == PR_E_FORMAT);
        if (status == PR_OK) {
            prt_dataset_free(&d);
        }
    }
}

static void test_a_cut_off_gzip_file_is_an_error(void **state) {
    (void)state;
    prt_dataset d;
    pr_error error;
    test_gzip(state);
    FILE *file = fopen(in_folder("all.gz"), "rb");
    char bytes[1024];
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    write_bytes("cut.gz", bytes, size - 12);
    assert_int_not_equal(read_items("cut.gz", NULL, &d, &error), PR_OK);
    assert_non_null(strstr(error.message, "cut.gz"));
}

static void test_many_records_over_the_windows_edge(void **state) {
    (void)state;
    enum { N = 20000 };
    char *text = malloc(N * 160), note[64];
    size_t size = 0;
    prt_dataset d;
    pr_error error;
    memset(note, 'x', sizeof note);
    for (int i = 0; i < N; i++) {
        size += (size_t)sprintf(text + size, ".I %d\n.T\nItem %d\n.W\n%.*s\nend %d\n", i, i, i % 60, note, i);
    }
    if (read_items("many.txt", text, &d, &error) != PR_OK) {
        fail_msg("%s", error.message);
    }
    assert_int_equal(d.items.count, N);
    for (int i = 0; i < N; i++) {
        char expected[128];
        snprintf(expected, sizeof expected, "%.*s%send %d", i % 60, note, i % 60 ? " " : "", i);
        assert_string_equal(value_at(&d.items, "text", (uint32_t)i), expected);
    }
    prt_dataset_free(&d);
    free(text);
}

/* A record may have 16 MiB, a file any number of them. */
static void test_a_file_beyond_the_longest_record(void **state) {
    (void)state;
    enum { RECORDS = 18, RECORD = 1 << 20 };
    char *text = malloc(RECORDS * (RECORD + 64));
    size_t size = 0;
    prt_dataset d;
    pr_error error;
    for (int i = 0; i < RECORDS; i++) {
        size += (size_t)sprintf(text + size, ".I %d\n.T\nItem\n.W\n", i);
        memset(text + size, 'x', RECORD);
        text[size + RECORD] = '\n';
        size += RECORD + 1;
    }
    text[size] = 0;
    if (read_items("long.txt", text, &d, &error) != PR_OK) {
        fail_msg("%s", error.message);
    }
    assert_int_equal(d.items.count, RECORDS);
    prt_dataset_free(&d);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_and_sections),
        cmocka_unit_test(test_windows_line_ends),
        cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_a_section_that_comes_twice_goes_on),
        cmocka_unit_test(test_wrong_records_are_set_aside),
        cmocka_unit_test(test_broken_files_name_the_line),
        cmocka_unit_test(test_columns_are_letters),
        cmocka_unit_test(test_every_truncation_ends_well),
        cmocka_unit_test(test_a_cut_off_gzip_file_is_an_error),
        cmocka_unit_test(test_many_records_over_the_windows_edge),
        cmocka_unit_test(test_a_file_beyond_the_longest_record),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
