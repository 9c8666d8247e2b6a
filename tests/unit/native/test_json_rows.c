/* JSON arrays and JSON lines into tables. */
#include "ingest_support.h"

#define CONFIG                                                                                                         \
    "{'name':'t','items':{'files':'%s','id':'id','title':'name','text':'steps','columns':{'tags':{'type':'list'},"     \
    "'level':{'type':'category'}}},'events':[],'limits':{'rejects':1},'outputs':{'rejects':'rejects.csv'}}"

static pr_status read_items(const char *name, const char *text, prt_dataset *d, pr_error *error) {
    char config[512];
    snprintf(config, sizeof config, CONFIG, name);
    write_text(name, text);
    return ingest(config, 2, 1 << 16, d, error);
}

static void expect_items(const char *name, const char *text, uint32_t count, const char *reject) {
    prt_dataset d;
    pr_error error;
    if (read_items(name, text, &d, &error) != PR_OK) {
        fail_msg("%s: %s", name, error.message);
    }
    assert_int_equal(d.items.count, count);
    assert_string_equal(string_at(&d.items.ids, 0), "3/4");
    assert_string_equal(value_at(&d.items, "title", 0), "Sit-Up, \xC3\xBC\xF0\x9F\x8F\x8B");
    assert_string_equal(value_at(&d.items, "tags", 0), "a, b+c]");
    assert_string_equal(value_at(&d.items, "text", 0), "Lie down. Get up.");
    assert_string_equal(value_at(&d.items, "level", 0), "-");
    char *rejects = read_text("rejects.csv");
    if (reject) {
        assert_non_null(rejects);
        assert_non_null(strstr(rejects, reject));
    } else {
        assert_null(rejects);
    }
    free(rejects);
    prt_dataset_free(&d);
}

#define FIRST                                                                                                          \
    "{\"id\": \"3/4\", \"name\": \"Sit-Up, \\u00fc\\ud83c\\udfcb\", \"tags\": [\"a, b\", \"c]\", \"a, b\"], "          \
    "\"level\": null,%s"                                                                                               \
    "\"steps\": [\"Lie down.\", \"Get up.\"], \"more\": {\"x\": [1, {\"y\": \"]}\"}]}}"

static void test_arrays(void **state) {
    (void)state;
    char text[2048];
    snprintf(text, sizeof text,
             "\xEF\xBB\xBF [\n" FIRST ",\n {\"id\": 7, \"name\": \"Seven\"},\n\n{\"id\": true, \"name\": 8}\n]\n",
             "\n");
    expect_items("a.json", text, 3, NULL);
    snprintf(text, sizeof text,
             "[" FIRST ",\n17,\n{\"id\": {}, \"name\": \"x\"},\n{\"id\": 9, \"name\": \"y\",}, {\"id\": 10}]", "\n");
    expect_items("b.json", text, 1, ",3,\"is not a JSON object\",\"17\"");
    expect_items("b.json", text, 1, ",4,\"id is an array or object");
    expect_items("b.json", text, 1, ",5,\"JSON: ");
    expect_items("b.json", text, 1, ",5,\"name is missing\"");
}

static void test_lines(void **state) {
    (void)state;
    char text[2048];
    snprintf(text, sizeof text, FIRST "\r\n\n{\"id\": 7, \"name\": \"Seven\"}", "");
    expect_items("a.jsonl", text, 2, NULL);
    expect_items("lines.json", text, 2, NULL);
    snprintf(text, sizeof text, FIRST "\n{\"id\": 7, \"name\": \n{\"id\": 7, \"name\": \"Seven\"}\n", "");
    expect_items("b.jsonl", text, 2, ",2,\"JSON: ");
}

static void test_many_objects_over_the_windows_edge(void **state) {
    (void)state;
    enum { N = 20000 };
    char *text = malloc(N * 128), note[64];
    size_t size = 0;
    memset(note, 'x', sizeof note);
    for (int lines = 0; lines < 2; lines++) {
        size = lines ? 0 : (size_t)sprintf(text, "[");
        for (int i = 0; i < N; i++) {
            size += (size_t)sprintf(text + size, "{\"name\":\"Item %d %.*s\",\"id\":%d}%s", i, i % 60, note, i,
                                    lines       ? "\n"
                                    : i + 1 < N ? ",\n"
                                                : "]");
        }
        prt_dataset d;
        pr_error error;
        assert_int_equal(read_items(lines ? "many.jsonl" : "many.json", text, &d, &error), PR_OK);
        assert_int_equal(d.items.count, N);
        assert_string_equal(string_at(&d.items.ids, N - 1), "19999");
        assert_string_equal(value_at(&d.items, "title", 12000), "Item 12000 ");
        prt_dataset_free(&d);
    }
    free(text);
}

static void expect_failure(const char *text, const char *what) {
    prt_dataset d;
    pr_error error;
    assert_int_equal(read_items("broken.json", text, &d, &error), PR_E_FORMAT);
    if (!strstr(error.message, what)) {
        fail_msg("\"%s\" is not in: %s", what, error.message);
    }
}

static void test_broken_files_name_the_line(void **state) {
    (void)state;
    expect_failure("", "line 1: the file is empty");
    expect_failure("\n\n7", "line 3: the file is neither an array");
    expect_failure("[\n{\"id\": 1, \"name\": \"x\"}\n{\"id\": 2}]", "line 3: a comma or ] is missing");
    expect_failure("[{\"id\": 1, \"name\": \"x\"},\n", "line 2: the file ends inside its array");
    expect_failure("[{\"id\": 1, \"name\": \"x\"},\n,", "line 2: a value is missing");
    expect_failure("[{\"id\": 1, \"name\": \"x", "line 1: the file ends inside this value");
    expect_failure("[]", "items.files hold no rows");
    expect_failure("[{\"id\": 1, \"title\": \"x\"}]", "items.title names the column \"name\", which no object in");
}

static void test_every_truncation_ends_well(void **state) {
    (void)state;
    char text[2048];
    snprintf(text, sizeof text, "[" FIRST ", {\"id\": 7, \"name\": \"Seven\"}]", "\n");
    size_t whole = strlen(text);
    for (size_t size = 0; size < whole; size++) {
        prt_dataset d;
        pr_error error;
        char cut[2048];
        memcpy(cut, text, size);
        cut[size] = 0;
        assert_int_equal(read_items("cut.json", cut, &d, &error), PR_E_FORMAT);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_many_objects_over_the_windows_edge),
        cmocka_unit_test(test_broken_files_name_the_line),
        cmocka_unit_test(test_every_truncation_ends_well),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
