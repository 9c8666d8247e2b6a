/* Parquet, XLSX and SQLite through DuckDB. The files are made with DuckDB too; SQLite's also has a table more.
 * Needs libduckdb.so and its extensions: in POCKETREC_DUCKDB, else where the build puts them. */
#include "duckdb_api.h"
#include "ingest_support.h"

/* DuckDB 1.5.5 itself loses the handle of each extension's file; what we lose is still found. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:libduckdb.so\n";
}

static const prt_duckdb *api;

static int load(void **state) {
    char path[512];
    const char *source = getenv("PR_TEST_SOURCE");
    if (!getenv("POCKETREC_DUCKDB") && source) {
        snprintf(path, sizeof path, "%s/build/duckdb", source);
        setenv("POCKETREC_DUCKDB", path, 1);
    }
    pr_error error = {0};
    if (prt_duckdb_load("this test", &api, &error) != PR_OK) {
        fprintf(stderr, "%s\n", error.message);
        return -1;
    }
    return make_folder(state);
}

/* Run SQL in which %s stands for the folder, with the extensions loaded. */
static void run_sql(const char *const *statements, size_t count) {
    duckdb_database database = NULL;
    duckdb_connection connection = NULL;
    char sql[2048];
    assert_int_equal(api->open_ext(NULL, &database, NULL, NULL), 0);
    assert_int_equal(api->connect(database, &connection), 0);
    for (size_t i = 0; i < count; i++) {
        duckdb_result result = {0};
        const char *fill = strncmp(statements[i], "LOAD", 4) == 0 ? api->folder : folder;
        snprintf(sql, sizeof sql, statements[i], fill, fill);
        if (api->query(connection, sql, &result) != 0) {
            fail_msg("%s: %s", sql, api->result_error(&result));
        }
        api->destroy_result(&result);
    }
    api->disconnect(&connection);
    api->close(&database);
}

#define ROWS                                                                                                           \
    "(VALUES (1, 'O''Neill \"x\"', ['calm', 'a, b'], DATE '2025-05-18', 30, 1.5::DOUBLE, true),"                       \
    " (2, 'Größe', [], NULL, NULL, NULL, false), (3, NULL, NULL, DATE '2025-05-19', 5, 2, NULL),"                    \
    " (4, 'Four', ['calm'], DATE '2025-05-19', 700, 2, true)) t(id, title, tags, day, minutes, weight, indoor)"

#define COLUMNS                                                                                                        \
    "'columns':{'tags':{'type':'list'},'day':{'type':'date'},'minutes':{'type':'integer','maximum':600},"              \
    "'weight':{'type':'real'},'indoor':{'type':'category'}}"
#define REST "'events':[],'limits':{'rejects':1},'outputs':{'rejects':'rejects.csv'}}"

static void expect_items(const prt_dataset *d) {
    assert_int_equal(d->items.count, 2);
    assert_int_equal(d->rows_read, 4);
    assert_string_equal(string_at(&d->items.ids, 0), "1");
    assert_string_equal(value_at(&d->items, "title", 0), "O'Neill \"x\"");
    assert_string_equal(value_at(&d->items, "title", 1), "Gr\xC3\xB6\xC3\x9F"
                                                         "e");
    assert_string_equal(value_at(&d->items, "day", 0), "20226");
    assert_string_equal(value_at(&d->items, "day", 1), "-");
    assert_string_equal(value_at(&d->items, "minutes", 0), "30");
    assert_string_equal(value_at(&d->items, "weight", 0), "1.5");
    char *rejects = read_text("rejects.csv");
    assert_non_null(rejects);
    assert_non_null(strstr(rejects, ",3,\"title is missing\""));
    assert_non_null(strstr(rejects, ",4,\"minutes is \"\"700"));
    free(rejects);
}

static void test_parquet(void **state) {
    (void)state;
    static const char *const sql[] = {"COPY (SELECT * FROM " ROWS ") TO '%s/items.parquet' (FORMAT parquet)"};
    run_sql(sql, 1);
    prt_dataset d;
    ingest_ok("{'name':'t','items':{'files':'items.parquet','id':'id','title':'title'," COLUMNS "}," REST, 2, 1 << 16,
              &d);
    expect_items(&d);
    assert_string_equal(value_at(&d.items, "tags", 0), "calm+a, b");
    assert_string_equal(value_at(&d.items, "tags", 1), "");
    assert_string_equal(value_at(&d.items, "indoor", 0), "true");
    prt_dataset_free(&d);
}

static void test_many_parquet_rows_keep_their_order(void **state) {
    (void)state;
    static const char *const sql[] = {
        "COPY (SELECT range AS id, 'Item ' || range AS title FROM range(0, 1000)) TO '%s/many-items.parquet' (FORMAT "
        "parquet)",
        "COPY (SELECT range %% 77 AS u, (range * 7919) %% 1000 AS i, TIMESTAMP '2025-03-05 06:32:41.016' + INTERVAL "
        "(range) SECOND AS t,"
        " range %% 5 = 0 AS done FROM range(0, 300000)) TO '%s/log.parquet' (FORMAT parquet)"};
    run_sql(sql, 2);
    prt_dataset d;
    ingest_ok("{'name':'t','items':{'files':'many-items.parquet','id':'id','title':'title'},'events':[{'files':'log."
              "parquet','user':'u','item':'i',"
              "'time':'t','type':{'from':'done','values':{'true':['complete'],'false':['abandon']}}}]}",
              2, 1 << 16, &d);
    assert_int_equal(d.events.count, 300000);
    for (uint64_t e = 0; e < d.events.count; e++) {
        assert_int_equal(d.events.item[e], e * 7919 % 1000);
        assert_int_equal(d.events.user[e], e % 77);
        assert_int_equal(d.events.types[e], e % 5 == 0 ? PRT_EVENT_COMPLETE : PRT_EVENT_ABANDON);
        assert_int_equal(d.events.time[e], 1741156361 + (int64_t)e);
    }
    prt_dataset_free(&d);
}

static void test_xlsx(void **state) {
    (void)state;
    static const char *const sql[] = {"LOAD '%s/excel.duckdb_extension'",
                                      "COPY (SELECT * REPLACE (array_to_string(tags, ';') AS tags) FROM " ROWS
                                      ") TO '%s/items.xlsx' (FORMAT xlsx, HEADER true, SHEET 'Workouts')"};
    run_sql(sql, 2);
    prt_dataset d;
    ingest_ok("{'name':'t','items':{'files':'items.xlsx','table':'Workouts','id':'id','title':'title','columns':{'tags'"
              ":{'type':'list','separator':';'},"
              "'day':{'type':'date'},'minutes':{'type':'integer','maximum':600},'weight':{'type':'real'}}}," REST,
              2, 1 << 16, &d);
    expect_items(&d);
    assert_string_equal(value_at(&d.items, "tags", 0), "calm+a, b");
    prt_dataset_free(&d);
}

static void test_sqlite(void **state) {
    (void)state;
    static const char *const sql[] = {
        "LOAD '%s/sqlite_scanner.duckdb_extension'", "ATTACH '%s/items.sqlite' AS s (TYPE sqlite)",
        "CREATE TABLE s.items AS SELECT * REPLACE (array_to_string(tags, ';') AS tags) FROM " ROWS};
    run_sql(sql, 3);
    static const char *const config =
        "{'name':'t','items':{'files':'items.sqlite',%s'id':'id','title':'title','columns':{'tags':{'type':'list',"
        "'separator':';'},'day':{'type':'date'},'minutes':{'type':'integer','maximum':600},'weight':{'type':'real'}}}"
        "," REST;
    char text[1024];
    prt_dataset d;
    snprintf(text, sizeof text, config, "");
    ingest_ok(text, 2, 1 << 16, &d);
    expect_items(&d);
    prt_dataset_free(&d);

    static const char *const more[] = {"LOAD '%s/sqlite_scanner.duckdb_extension'",
                                       "ATTACH '%s/items.sqlite' AS s (TYPE sqlite)",
                                       "CREATE TABLE s.other AS SELECT 1 AS x"};
    run_sql(more, 3);
    pr_error error;
    assert_int_equal(ingest(text, 2, 1 << 16, &d, &error), PR_E_FORMAT);
    assert_non_null(strstr(error.message, "has several tables; name one in items.table"));
    snprintf(text, sizeof text, config, "'table':'items',");
    ingest_ok(text, 2, 1 << 16, &d);
    expect_items(&d);
    prt_dataset_free(&d);
}

#define WEEKS                                                                                                          \
    "(VALUES ('U1', 'T1', 1::DOUBLE, 3, 2, 1, 0.5::DOUBLE, 1), ('U1', 'T2', 2, 4, 0, 0, 'NaN'::DOUBLE, 0), "           \
    "('U1', 'T1', 1, 3, 2, 1, 0.5, 1), ('U1', 'T2', 1.5, 4, 0, 0, NULL, 0), ('U1', 'T2', 3, 4, 0, 0, NULL, 0), "       \
    "('U1', 'T2', 4, -4, 0, 0, NULL, 0)) t(user_id, trainer_id, week, impressions, clicks, video_views, "              \
    "avg_watch_time, likes)"

/* The weekly log in every format that DuckDB reads. */
static void test_weekly(void **state) {
    (void)state;
    static const char *const names[] = {"w.parquet", "w.xlsx", "w.sqlite"};
    static const char *const sql[] = {
        "LOAD '%s/excel.duckdb_extension'",
        "LOAD '%s/sqlite_scanner.duckdb_extension'",
        "COPY (SELECT * FROM " WEEKS ") TO '%s/w.parquet' (FORMAT parquet)",
        "COPY (SELECT * REPLACE (CASE WHEN isnan(avg_watch_time) THEN NULL ELSE avg_watch_time END AS avg_watch_time) "
        "FROM " WEEKS ") TO '%s/w.xlsx' (FORMAT xlsx, HEADER true)",
        "ATTACH '%s/w.sqlite' AS s (TYPE sqlite)",
        "CREATE TABLE s.w AS SELECT * FROM " WEEKS};
    run_sql(sql, sizeof sql / sizeof *sql);
    write_text("i.csv", "id,title\nT1,a\nT2,b\n");
    write_text("u.csv", "id\nU1\n");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 "{'name':'t','items':{'files':'i.csv','id':'id','title':'title'},'users':{'files':'u.csv','id':'id'},"
                 "'weekly':{'files':'%s'}," REST,
                 names[i]);
        prt_dataset d;
        ingest_ok(text, 2, 1 << 16, &d);
        assert_int_equal(d.weekly.count, 3);
        assert_int_equal(d.rows_rejected, 3);
        assert_int_equal(d.weekly.item[1], 1);
        assert_int_equal(d.weekly.week[1], 2);
        assert_int_equal(d.weekly.watch[0], 500);
        assert_int_equal(d.weekly.watch[1], 0);
        assert_int_equal(d.weekly.week[2], 3);
        prt_dataset_free(&d);
        char *rejects = read_text("rejects.csv");
        assert_non_null(rejects);
        assert_non_null(strstr(rejects, ",3,\"duplicated row (first seen on line 1)\""));
        assert_non_null(strstr(rejects, ",4,\"week \"\"1.5\"\" is not a whole number\""));
        assert_non_null(strstr(rejects, ",6,\"impressions \"\"-4\"\" is negative\""));
        free(rejects);
    }
}

static void test_a_spreadsheet_without_a_column(void **state) {
    (void)state;
    static const char *const sql[] = {
        "LOAD '%s/excel.duckdb_extension'",
        "COPY (SELECT 'T1' AS id, 'x' AS Name) TO '%s/t.xlsx' (FORMAT xlsx, HEADER true)"};
    run_sql(sql, 2);
    prt_dataset d;
    pr_error error;
    assert_int_equal(ingest("{'name':'t','items':{'files':'t.xlsx','id':'id','title':'trainer_name'},'events':[]}", 2,
                            1 << 16, &d, &error),
                     PR_E_FORMAT);
    assert_non_null(strstr(error.message, "items.title names the column \"trainer_name\", which "));
    assert_non_null(strstr(error.message, "t.xlsx does not have; it has id, Name"));
}

static void test_errors_name_the_file_and_column(void **state) {
    (void)state;
    prt_dataset d;
    pr_error error;
    write_text("broken.parquet", "this is no parquet file");
    assert_int_equal(ingest("{'name':'t','items':{'files':'broken.parquet','id':'id','title':'title'},'events':[]}", 2,
                            1 << 16, &d, &error),
                     PR_E_FORMAT);
    assert_non_null(strstr(error.message, "broken.parquet"));
    assert_int_equal(ingest("{'name':'t','items':{'files':'gone.parquet','id':'id','title':'title'},'events':[]}", 2,
                            1 << 16, &d, &error),
                     PR_E_IO);
    assert_non_null(strstr(error.message, "gone.parquet"));
    static const char *const sql[] = {"COPY (SELECT 1 AS id, 'x' AS titel) TO '%s/typo.parquet' (FORMAT parquet)"};
    run_sql(sql, 1);
    assert_int_equal(ingest("{'name':'t','items':{'files':'typo.parquet','id':'id','title':'title'},'events':[]}", 2,
                            1 << 16, &d, &error),
                     PR_E_FORMAT);
    assert_non_null(strstr(error.message, "items.title names the column \"title\""));
    assert_non_null(strstr(error.message, "did you mean \"titel\"?"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parquet),
        cmocka_unit_test(test_many_parquet_rows_keep_their_order),
        cmocka_unit_test(test_xlsx),
        cmocka_unit_test(test_sqlite),
        cmocka_unit_test(test_weekly),
        cmocka_unit_test(test_a_spreadsheet_without_a_column),
        cmocka_unit_test(test_errors_name_the_file_and_column),
    };
    return cmocka_run_group_tests(tests, load, remove_folder);
}
