/* The weekly log: every rule that a row can break, each with its line; rows that come twice; every text format. */
#include "ingest_support.h"

#define CONFIG(more)                                                                                                   \
    "{'name':'x','items':{'files':'items.csv','id':'id','title':'name','columns':{'specialities':{'type':'list',"      \
    "'separators':',;/&'}}},'users':{'files':'users.csv','id':'user_id'},'events':[],'weekly':{" more                  \
    "},'limits':{'rejects':1},'outputs':{'rejects':'rejects.csv'}}"
#define HEAD "user_id,trainer_id,week,impressions,clicks,video_views,avg_watch_time,likes\n"

enum { CHUNK = 64 };

static void write_tables(void) {
    write_text("items.csv",
               "id,name,specialities\nT1,Ann,\"Weight loss, Rehab & mobility\"\nT2,Bob,yoga;Core / Back\n");
    write_text("users.csv", "user_id\nU1\nU2\n");
}

/* The log as "user>item@week impressions,clicks,views,likes,watch" lines. Free it. */
static char *weekly_text(const prt_dataset *d) {
    size_t room = (size_t)d->weekly.count * 128 + 1, used = 0;
    const prt_weekly *w = &d->weekly;
    char *out = calloc(1, room);
    for (uint64_t i = 0; i < w->count; i++) {
        used += (size_t)snprintf(out + used, room - used, "%s>%s@%d %u,%u,%u,%u,%llu\n",
                                 string_at(&d->users.ids, w->user[i]), string_at(&d->items.ids, w->item[i]), w->week[i],
                                 w->impressions[i], w->clicks[i], w->views[i], w->likes[i],
                                 (unsigned long long)w->watch[i]);
    }
    return out;
}

static void expect_log(const char *config, const char *expected) {
    prt_dataset d;
    ingest_ok(config, 3, CHUNK, &d);
    char *text = weekly_text(&d);
    assert_string_equal(text, expected);
    free(text);
    prt_dataset_free(&d);
}

static void test_rows_as_numbers(void **state) {
    (void)state;
    write_tables();
    write_text("w.csv", HEAD "U1,T1,1,3,2,1,0.62,0\n"
                             "U2,T2,1000000,2147483647,2147483647,2147483647,1,2147483647\n"
                             "U2,T1,2.0,4.0,3.00,3.,0.3333,3\n" /* as spreadsheets write whole numbers */
                             "U1,T2,2,1,0,0,,0\nU1,T2,3,1,0,0,NaN,0\nU1,T2,4,1,0,0,nan,0\n"
                             "U1,T1,1,1,1,1,0.0005,0\n"); /* the same key, other values: kept */
    expect_log(CONFIG("'files':'w.csv'"), "U1>T1@1 3,2,1,0,620\n"
                                          "U2>T2@1000000 2147483647,2147483647,2147483647,2147483647,2147483647000\n"
                                          "U2>T1@2 4,3,3,3,1000\n"
                                          "U1>T2@2 1,0,0,0,0\nU1>T2@3 1,0,0,0,0\nU1>T2@4 1,0,0,0,0\n"
                                          "U1>T1@1 1,1,1,0,1\n");
    assert_null(read_text("rejects.csv"));
}

static void test_every_rule_has_its_reason(void **state) {
    (void)state;
    static const struct {
        const char *row, *reason;
    } wrong[] = {
        {"U3,T1,1,1,0,0,0,0", "user_id \"\"U3\"\" is not one of the users"},
        {",T1,1,1,0,0,0,0", "user_id is missing"},
        {"U1,T3,1,1,0,0,0,0", "trainer_id \"\"T3\"\" is not one of the items"},
        {"U1,T1,,1,0,0,0,0", "week is missing"},
        {"U1,T1,one,1,0,0,0,0", "week \"\"one\"\" is not a whole number"},
        {"U1,T1,1.5,1,0,0,0,0", "week \"\"1.5\"\" is not a whole number"},
        {"U1,T1,0,1,0,0,0,0", "week \"\"0\"\" is below 1"},
        {"U1,T1,1000001,1,0,0,0,0", "week \"\"1000001\"\" is above 1000000"},
        {"U1,T1,1,-1,0,0,0,0", "impressions \"\"-1\"\" is negative"},
        {"U1,T1,1,,0,0,0,0", "impressions is missing"},
        {"U1,T1,1,2147483648,0,0,0,0", "impressions \"\"2147483648\"\" is above 2147483647, the most there can be"},
        {"U1,T1,1,99999999999999999999,0,0,0,0", "impressions \"\"99999999999999999999\"\" is not a whole number"},
        {"U1,T1,1,1,0.5,0,0,0", "clicks \"\"0.5\"\" is not a whole number"},
        {"U1,T1,1,1,0,-3,0,0", "video_views \"\"-3\"\" is negative"},
        {"U1,T1,1,1,0,0,0,-7", "likes \"\"-7\"\" is negative"},
        {"U1,T1,1,1,0,0,1.01,0", "avg_watch_time \"\"1.01\"\" is not between 0 and 1"},
        {"U1,T1,1,1,0,0,-0.1,0", "avg_watch_time \"\"-0.1\"\" is not between 0 and 1"},
        {"U1,T1,1,1,0,0,inf,0", "avg_watch_time \"\"inf\"\" is not a number"},
        {"U1,T1,1,1,2,0,0,0", "clicks 2 is more than impressions 1"},
        {"U1,T1,1,3,1,2,0,0", "video_views 2 is more than clicks 1"},
        {"U1,T1,1,3,2,1,0,2", "likes 2 is more than video_views 1"},
        {"U1,T1,1,3", "has 4 values instead of 8"},
    };
    enum { WRONG = sizeof wrong / sizeof *wrong };
    char text[4096] = HEAD;
    write_tables();
    for (size_t i = 0; i < WRONG; i++) {
        snprintf(text + strlen(text), sizeof text - strlen(text), "U1,T1,%zu,1,0,0,0,0\n%s\n", i + 1, wrong[i].row);
    }
    write_text("w.csv", text);
    prt_dataset d;
    ingest_ok(CONFIG("'files':'w.csv'"), 2, CHUNK, &d);
    assert_int_equal(d.weekly.count, WRONG);
    assert_int_equal(d.rows_rejected, WRONG);
    prt_dataset_free(&d);
    char *rejects = read_text("rejects.csv");
    assert_non_null(rejects);
    for (size_t i = 0; i < WRONG; i++) {
        char line[512];
        snprintf(line, sizeof line, "w.csv\",%zu,\"%s\",\"%s\"\n", 3 + 2 * i, wrong[i].reason, wrong[i].row);
        if (!strstr(rejects, line)) {
            fail_msg("%s is not in:\n%s", line, rejects);
        }
    }
    free(rejects);
}

static void expect_reject(const char *text) {
    char *rejects = read_text("rejects.csv");
    assert_non_null(rejects);
    if (!strstr(rejects, text)) {
        fail_msg("%s is not in:\n%s", text, rejects);
    }
    free(rejects);
}

static void test_a_row_that_comes_twice(void **state) {
    (void)state;
    write_tables();
    write_text("w.csv", HEAD "U1,T1,1,3,1,1,0.5,0\nU2,T1,1,3,1,1,0.5,0\n"
                             "U1,T1,1,3,1,1,0.51,0\n"
                             "U1,T1,01,3.0,1,1,0.50,0\n"                    /* the same values, written otherwise */
                             "U1,T1,1,-3,1,1,0.5,0\nU1,T1,1,-3,1,1,0.5,0\n" /* wrong, not twice */
                             "U1,T1,1,3,1,1,0.5,0\n");
    write_text("x.csv", HEAD "U2,T2,1,3,1,1,0.5,0\nU1,T1,1,3,1,1,0.5,0\nU2,T2,1,3,1,1,0.5,0\n");
    expect_log(CONFIG("'files':['w.csv','x.csv']"), "U1>T1@1 3,1,1,0,500\nU2>T1@1 3,1,1,0,500\n"
                                                    "U1>T1@1 3,1,1,0,510\nU2>T2@1 3,1,1,0,500\n");
    expect_reject("w.csv\",5,\"duplicated row (first seen on line 2)\"");
    expect_reject("w.csv\",6,\"impressions");
    expect_reject("w.csv\",7,\"impressions");
    expect_reject("w.csv\",8,\"duplicated row (first seen on line 2)\"");
    expect_reject("x.csv\",3,\"duplicated row (first seen on line 2 of w.csv)\"");
    expect_reject("x.csv\",4,\"duplicated row (first seen on line 2)\"");
}

/* Two of every row, far apart: the second ones are found, each with the line of the first. */
static void test_many_rows_that_come_twice(void **state) {
    (void)state;
    enum { ROWS = 5000 };
    char *text = calloc(2 * ROWS + 2, 32);
    size_t used = (size_t)sprintf(text, HEAD);
    for (int i = 0; i < 2 * ROWS; i++) {
        used += (size_t)sprintf(text + used, "U1,T1,%d,%d,0,0,0,0\n", 1 + i % ROWS % 100, i % ROWS);
    }
    write_tables();
    write_bytes("w.csv", text, used);
    free(text);
    prt_dataset d;
    ingest_ok(CONFIG("'files':'w.csv'"), 2, 1 << 16, &d);
    assert_int_equal(d.weekly.count, ROWS);
    assert_int_equal(d.rows_rejected, ROWS);
    for (uint32_t i = 0; i < ROWS; i++) {
        assert_int_equal(d.weekly.impressions[i], i);
    }
    prt_dataset_free(&d);
    char line[96];
    snprintf(line, sizeof line, "w.csv\",%d,\"duplicated row (first seen on line 2)\"", ROWS + 2);
    expect_reject(line);
}

static void test_json(void **state) {
    (void)state;
    write_tables();
    write_text("w.jsonl", "{\"user_id\":\"U1\",\"trainer_id\":\"T1\",\"week\":1,\"impressions\":3,\"clicks\":1,"
                          "\"video_views\":1,\"avg_watch_time\":0.25,\"likes\":1}\n"
                          "{\"user_id\":\"U1\",\"trainer_id\":\"T2\",\"week\":1,\"impressions\":3.0,\"clicks\":0,"
                          "\"video_views\":0,\"avg_watch_time\":null,\"likes\":0}\n"
                          "{\"user_id\":\"U1\",\"trainer_id\":\"T1\",\"week\":[1],\"impressions\":3,\"clicks\":1,"
                          "\"video_views\":1,\"avg_watch_time\":0.25,\"likes\":1}\n"
                          "{\"user_id\":\"U1\",\"trainer_id\":\"T1\",\"week\":1,\"impressions\":3,\"clicks\":1,"
                          "\"video_views\":1,\"avg_watch_time\":0.25,\"likes\":1}\n");
    expect_log(CONFIG("'files':'w.jsonl'"), "U1>T1@1 3,1,1,1,250\nU1>T2@1 3,0,0,0,0\n");
    expect_reject("w.jsonl\",3,\"week is an array or object; it must be one value\"");
    expect_reject("w.jsonl\",4,\"duplicated row (first seen on line 1)\"");
    write_text("w.json", "[\n{\"user_id\":\"U1\",\"trainer_id\":\"T1\",\"week\":1,\"impressions\":1,\"clicks\":0,"
                         "\"video_views\":0,\"avg_watch_time\":0,\"likes\":0}\n]\n");
    expect_log(CONFIG("'files':'w.json'"), "U1>T1@1 1,0,0,0,0\n");
}

static void test_a_missing_column_is_named(void **state) {
    (void)state;
    prt_dataset d;
    pr_error error;
    write_tables();
    write_text("w.csv", "user_id,trainer_id,week,impressions,click,video_views,avg_watch_time,likes\n");
    assert_int_equal(ingest(CONFIG("'files':'w.csv'"), 1, CHUNK, &d, &error), PR_E_FORMAT);
    assert_non_null(strstr(error.message, "weekly.clicks names the column \"clicks\", which "));
    assert_non_null(strstr(error.message, "w.csv does not have; did you mean \"click\"?"));
    assert_int_equal(ingest(CONFIG("'files':'gone.csv'"), 1, CHUNK, &d, &error), PR_E_IO);
}

static void test_own_names_of_columns(void **state) {
    (void)state;
    write_tables();
    write_text("w.csv", "who;what;when;a;b;c;d;e\nU1;T2;7;4;3;2;0.5;1\n");
    expect_log(CONFIG("'files':'w.csv','csv':{'delimiter':';'},'user':'who','item':'what','week':'when','impressions':"
                      "'a','clicks':'b','views':'c','watch':'d','likes':'e'"),
               "U1>T2@7 4,3,2,1,1000\n");
}

static void test_too_many_wrong_rows_stop_it(void **state) {
    (void)state;
    prt_dataset d;
    pr_error error;
    write_tables();
    write_text("w.csv", HEAD "U1,T1,1,1,2,0,0,0\nU1,T1,1,1,1,0,0,0\n");
    static const char config[] =
        "{'name':'x','items':{'files':'items.csv','id':'id','title':'name'},'users':{'files':'users.csv','id':"
        "'user_id'},'events':[],'weekly':{'files':'w.csv'}}";
    assert_int_equal(ingest(config, 1, CHUNK, &d, &error), PR_E_FORMAT);
    assert_non_null(strstr(error.message, "weekly (w.csv): 1 of 2 rows are wrong"));
    assert_non_null(strstr(error.message, "line 2: clicks 2 is more than impressions 1"));
}

static void test_lists_with_several_separators(void **state) {
    (void)state;
    prt_dataset d;
    write_tables();
    write_text("w.csv", HEAD);
    ingest_ok(CONFIG("'files':'w.csv'"), 1, CHUNK, &d);
    assert_string_equal(value_at(&d.items, "specialities", 0), "Weight loss+Rehab+mobility");
    assert_string_equal(value_at(&d.items, "specialities", 1), "yoga+Core+Back");
    assert_int_equal(d.weekly.count, 0);
    prt_dataset_free(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_as_numbers),
        cmocka_unit_test(test_every_rule_has_its_reason),
        cmocka_unit_test(test_a_row_that_comes_twice),
        cmocka_unit_test(test_many_rows_that_come_twice),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_a_missing_column_is_named),
        cmocka_unit_test(test_own_names_of_columns),
        cmocka_unit_test(test_too_many_wrong_rows_stop_it),
        cmocka_unit_test(test_lists_with_several_separators),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
