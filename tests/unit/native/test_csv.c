/* CSV into tables: quoting, line numbers, chunks, threads, encodings, rejects. */
#include "ingest_support.h"

#include <zlib.h>

#define ITEMS                                                                                                          \
    "'name':'t','items':{'files':'items.csv','id':'id','title':'title','columns':{'type':{'type':'category'}}}"
#define EVENTS                                                                                                         \
    "'events':[{'files':'log.csv','user':'u','item':'i','type':{'from':'t','values':{'1':['complete'],'0':['abandon']" \
    ",'skip':[]}}}]"
#define CONFIG "{" ITEMS "," EVENTS ",'limits':{'rejects':1},'outputs':{'rejects':'rejects.csv'}}"

static void write_items(void) {
    write_text("items.csv", "id,title,type\na,Alpha,yoga\nb,Beta,\nc,Gamma,run\n");
}

static void expect_events(const char *log, const char *events, const char *rejects) {
    write_items();
    write_text("log.csv", log);
    for (int threads = 1; threads <= 8; threads *= 2) {
        for (size_t chunk = 1; chunk <= 1 << 16; chunk = chunk < 40 ? chunk + 3 : chunk * 8) {
            prt_dataset d;
            ingest_ok(CONFIG, threads, chunk, &d);
            char *got = events_text(&d), *refused = read_text("rejects.csv");
            assert_string_equal(got, events);
            if (rejects) {
                assert_non_null(refused);
                assert_non_null(strstr(refused, rejects));
            } else {
                assert_null(refused);
            }
            free(got);
            free(refused);
            prt_dataset_free(&d);
        }
    }
}

static void test_plain_rows(void **state) {
    (void)state;
    expect_events("u,i,t\n1,a,1\n2,b,0\n1,c,skip\n", "1>a:4\n2>b:8\n", NULL);
}

static void test_columns_in_another_order_and_unwanted_ones(void **state) {
    (void)state;
    expect_events("x,t,\"u\",y,i\n\"q,\"\"\n,\",1,7,,a\n9,0,8,\"\",\"b\"\n", "7>a:4\n8>b:8\n", NULL);
}

static void test_line_ends_and_no_end(void **state) {
    (void)state;
    expect_events("u,i,t\r\n1,a,1\r\n\r\n2,b,0", "1>a:4\n2>b:8\n", NULL);
    expect_events("u,i,t\n\n\n1,a,1\n\n2,b,\"0\"", "1>a:4\n2>b:8\n", NULL);
    expect_events("u,i,t", "", NULL);
    expect_events("u,i,t\r\n", "", NULL);
    expect_events("\xEF\xBB\xBFu,i,t\n1,a,1\n", "1>a:4\n", NULL);
}

static void test_quotes_with_line_breaks_quotes_and_delimiters(void **state) {
    (void)state;
    expect_events("u,i,t\n\"one\n\"\"two\"\",\r\n3\",\"a\",\"1\"\r\nlast,b,\"0\"\n",
                  "one\n\"two\",\r\n3>a:4\nlast>b:8\n", NULL);
    /* inside a quoted value, text that looks like rows */
    expect_events("u,i,t,note\n1,a,1,\"\n2,b,0,x\n3,c,1,y\n\"\n4,c,0,z\n", "1>a:4\n4>c:8\n", NULL);
}

static void test_a_quote_inside_a_plain_value_is_a_character(void **state) {
    (void)state;
    expect_events("u,i,t\n5\"x,a,1\n6\"\",b,0\n", "5\"x>a:4\n6\"\">b:8\n", NULL);
}

static void test_wrong_quotes_cost_one_line(void **state) {
    (void)state;
    expect_events("u,i,t\n\"1,a,1\n2,b,0\n3,c,1\n", "2>b:8\n3>c:4\n", ",2,\"a quoted value does not end");
    expect_events("u,i,t\n1,a,1\n\"2\"x,b,0\n3,c,1\n", "1>a:4\n3>c:4\n", ",3,\"a quoted value does not end");
    expect_events("u,i,t\n\"1,a,1\n2,b,0\n3,c,\"1\"\n4,a,0\n", "2>b:8\n3>c:4\n4>a:8\n", ",2,\"a quoted");
    expect_events("u,i,t\n1,a,1\n2,b,\"0", "1>a:4\n", ",3,\"a quoted value does not end");
}

static void test_wrong_rows_have_their_line(void **state) {
    (void)state;
    expect_events("u,i,t\n1,a,1\n2,b\n", "1>a:4\n", "log.csv\",3,\"has 2 values instead of 3\",\"2,b\"");
    expect_events("u,i,t\n\"1\n1\",a,1\n\n2,b,0,9\n", "1\n1>a:4\n",
                  "log.csv\",5,\"has 4 values instead of 3\",\"2,b,0,9\"");
    expect_events("u,i,t\n1,z,1\n", "", ",2,\"i \"\"z\"\" is not one of the items\",\"1,z,1\"");
    expect_events("u,i,t\n1,a,maybe\n", "", ",2,\"t \"\"maybe\"\" has no event type");
    expect_events("u,i,t\n,a,1\n", "", ",2,\"u is missing\"");
    expect_events("u,i,t\n1,,1\n", "", ",2,\"i is missing\"");
    expect_events("u,i,t\n1,a,\n", "", ",2,\"t is missing\"");
    expect_events("u,i,t\n\xFF,a,1\n", "", ",2,\"u is not valid UTF-8\",\"?,a,1\"");
}

static void test_nul_bytes_and_long_ids(void **state) {
    (void)state;
    char log[1024];
    write_items();
    int size = snprintf(log, sizeof log, "u,i,t\nx%cy,a,1\n%0300d,a,1\n%0256d,b,1\n", 0, 1, 2);
    write_bytes("log.csv", log, (size_t)size);
    prt_dataset d;
    ingest_ok(CONFIG, 2, 64, &d);
    assert_int_equal(d.events.count, 1);
    assert_int_equal(d.rows_rejected, 2);
    char *rejects = read_text("rejects.csv");
    assert_non_null(strstr(rejects, ",2,\"u holds a NUL byte\""));
    assert_non_null(strstr(rejects, ",3,\"u is longer than 256 bytes\""));
    free(rejects);
    prt_dataset_free(&d);
}

/* A log of all sorts of rows, made of a seed; what comes out must not depend on chunks and threads. */
static char *make_hostile_log(uint64_t seed, size_t *size) {
    static const char *const pieces[] = {"\"",
                                         "\"\"",
                                         ",",
                                         "\n",
                                         "a",
                                         "1",
                                         "é",
                                         "\xFF",
                                         "a,a,1\n",
                                         "b,c,0\r\n",
                                         "\"c\",b,0\n",
                                         "\"x\ny\",c,1\r\n",
                                         "a,\"b\",\"1\"\n",
                                         "c,c,1\n",
                                         "\"a\",\"b\",0\n",
                                         "b,b,1\n"};
    char *log = malloc(1 << 16);
    *size = 0;
    memcpy(log, "u,i,t\n", 6);
    *size = 6;
    for (int i = 0; i < 3000; i++) {
        const char *piece = pieces[pr_mix64(seed * 10007 + (uint64_t)i) % 16];
        memcpy(log + *size, piece, strlen(piece));
        *size += strlen(piece);
    }
    return log;
}

static void test_hostile_logs_give_the_same_with_any_threads_and_chunks(void **state) {
    (void)state;
    write_items();
    for (uint64_t seed = 1; seed <= 40; seed++) {
        size_t size;
        char *log = make_hostile_log(seed, &size), *first_events = NULL, *first_rejects = NULL;
        write_bytes("log.csv", log, size);
        for (int run = 0; run < 8; run++) {
            static const int threads[] = {1, 1, 2, 2, 8, 8, 3, 2};
            static const size_t chunks[] = {1 << 20, 7, 64, 100, 33, 1000, 1, 4096};
            prt_dataset d;
            ingest_ok("{'name':'t','items':{'files':'items.csv','id':'id','title':'title'},'users':{'files':'items.csv'"
                      ",'id':'id'}," EVENTS ",'limits':{'rejects':1},'outputs':{'rejects':'rejects.csv'}}",
                      threads[run], chunks[run], &d);
            char *events = events_text(&d), *rejects = read_text("rejects.csv");
            assert_non_null(rejects);
            if (run == 0) {
                first_events = events;
                first_rejects = rejects;
            } else {
                assert_string_equal(events, first_events);
                assert_string_equal(rejects, first_rejects);
                free(events);
                free(rejects);
            }
            prt_dataset_free(&d);
        }
        free(first_events);
        free(first_rejects);
        free(log);
    }
}

static void test_latin1_no_header_and_flags(void **state) {
    (void)state;
    write_text("movies.txt", "1|Caf\xE9 \"noir\"|1|0\n2|\"\xC4|b\"|1|1\n3|Plain|0|0\n");
    prt_dataset d;
    ingest_ok("{'name':'t','items':{'files':'movies.txt','csv':{'delimiter':'|','header':false,'encoding':'latin-1'},'"
              "id':'1','title':'2',"
              "'columns':{'genres':{'type':'list','flags':{'3':'Drama','4':'Action'}}}},'events':[]}",
              1, 1 << 16, &d);
    assert_string_equal(value_at(&d.items, "title", 0), "Caf\xC3\xA9 \"noir\"");
    assert_string_equal(value_at(&d.items, "title", 1), "\xC3\x84|b");
    assert_string_equal(value_at(&d.items, "genres", 0), "Drama");
    assert_string_equal(value_at(&d.items, "genres", 1), "Drama+Action");
    assert_string_equal(value_at(&d.items, "genres", 2), "");
    assert_string_equal(string_at(&prt_column_find(&d.items, "genres")->values, 0), "Action");
    prt_dataset_free(&d);
}

static void test_gzip_and_globs_and_tabs(void **state) {
    (void)state;
    write_items();
    for (int part = 1; part <= 2; part++) {
        char name[32];
        snprintf(name, sizeof name, "part-%d.tsv.gz", part);
        gzFile file = gzopen(in_folder(name), "wb");
        gzprintf(file, "u\ti\tt\n");
        for (int i = 0; i < 5000; i++) {
            gzprintf(file, "%d\t%c\t%d\n", part, 'a' + i % 3, i % 2);
        }
        gzclose(file);
    }
    prt_dataset d;
    ingest_ok("{" ITEMS ",'events':[{'files':'part-*.tsv.gz','user':'u','item':'i','type':{'from':'t','values':{'1':['"
              "complete'],'0':['abandon']}}}]}",
              2, 1000, &d);
    assert_int_equal(d.events.count, 10000);
    assert_int_equal(d.users.count, 2);
    assert_string_equal(string_at(&d.users.ids, d.events.user[0]), "1");
    assert_string_equal(string_at(&d.users.ids, d.events.user[9999]), "2");
    prt_dataset_free(&d);
}

static void test_a_cut_off_gzip_file_is_an_error(void **state) {
    (void)state;
    char bytes[4096];
    write_items();
    gzFile file = gzopen(in_folder("whole.gz"), "wb");
    for (uint64_t i = 0; i < 3000; i++) {
        gzprintf(file, "%llu,a,1\n", (unsigned long long)pr_mix64(i));
    }
    gzclose(file);
    FILE *whole = fopen(in_folder("whole.gz"), "rb");
    size_t n = fread(bytes, 1, sizeof bytes, whole);
    fclose(whole);
    write_bytes("cut.csv.gz", bytes, n);
    prt_dataset d;
    pr_error error;
    pr_status status = ingest(
        "{" ITEMS ",'events':[{'files':'cut.csv.gz','csv':{'header':false},'user':'1','item':'2','type':'view'}]}", 2,
        1000, &d, &error);
    assert_int_equal(status, PR_E_FORMAT);
    assert_non_null(strstr(error.message, "cut.csv.gz"));
    assert_non_null(strstr(error.message, "damaged"));
}

static void test_typed_columns(void **state) {
    (void)state;
    write_text("items.csv", "id,title,n,r,d,tags,age\n1,One,30,2.5,2025-05-18,\" yoga, run "
                            ",,yoga\",29\n2,Two,,,,,\n3,Three,-1,1,2025-05-18,x,29\n"
                            "4,Four,1,1,18.05.2025,x,29\n5,Five,1,1,2025-05-18,x,17\n6,,1,1,2025-05-18,x,20\n1,Again,1,"
                            "1,2025-05-18,x,20\n7,Seven,1,x,,,\n");
    prt_dataset d;
    ingest_ok("{'name':'t','items':{'files':'items.csv','id':'id','title':'title','columns':{'n':{'type':'integer','"
              "minimum':0},'r':{'type':'real'},"
              "'d':{'type':'date'},'tags':{'type':'list'},'age':{'type':'category','bands':[{'label':'young','minimum':"
              "18,'maximum':25},"
              "{'label':'old','minimum':26,'maximum':99}]}}},'events':[],'limits':{'rejects':1},'outputs':{'rejects':'"
              "rejects.csv'}}",
              1, 1 << 16, &d);
    assert_int_equal(d.items.count, 2);
    assert_string_equal(value_at(&d.items, "n", 0), "30");
    assert_string_equal(value_at(&d.items, "r", 0), "2.5");
    assert_string_equal(value_at(&d.items, "d", 0), "20226");
    assert_string_equal(value_at(&d.items, "tags", 0), "yoga+run");
    assert_string_equal(value_at(&d.items, "age", 0), "old");
    assert_string_equal(value_at(&d.items, "n", 1), "-");
    assert_string_equal(value_at(&d.items, "r", 1), "nan");
    assert_string_equal(value_at(&d.items, "d", 1), "-");
    assert_string_equal(value_at(&d.items, "tags", 1), "");
    assert_string_equal(value_at(&d.items, "age", 1), "-");
    char *rejects = read_text("rejects.csv");
    static const char *const reasons[] = {",4,\"n is \"\"-1\"\"; it must be at least 0\"",
                                          ",5,\"d is \"\"18.05.2025\"\"; it must be a date",
                                          ",6,\"age is \"\"17\"\"; it must be inside one of the bands\"",
                                          ",7,\"title is missing\"",
                                          ",8,\"id \"\"1\"\" is there already\"",
                                          ",9,\"r is \"\"x\"\"; it must be a number\""};
    for (size_t i = 0; i < 6; i++) {
        if (!strstr(rejects, reasons[i])) {
            fail_msg("%s is not in\n%s", reasons[i], rejects);
        }
    }
    free(rejects);
    prt_dataset_free(&d);
}

static void test_times_and_ranges(void **state) {
    (void)state;
    write_items();
    write_text("log.csv", "u,i,r,at\n1,a,5,1970-01-02\n1,b,3.5,\n1,c,1,10\n1,a,9,1\n1,a,4,soon\n");
    prt_dataset d;
    ingest_ok("{" ITEMS ",'events':[{'files':'log.csv','user':'u','item':'i','time':'at','type':{'from':'r','ranges':"
              "[{'minimum':4,'maximum':5,'types':['complete','like']},{'maximum':4,'types':['dislike']}]}}],'limits':{'"
              "rejects':1}}",
              1, 1 << 16, &d);
    char *got = events_text(&d);
    assert_string_equal(got, "1>a:20@86400\n1>b:32\n1>c:32@10\n");
    assert_int_equal(d.rows_rejected, 2);
    free(got);
    prt_dataset_free(&d);
}

static void expect_failure(const char *config, pr_status status, const char *what) {
    prt_dataset d;
    pr_error error;
    assert_int_equal(ingest(config, 2, 1 << 16, &d, &error), status);
    if (!strstr(error.message, what)) {
        fail_msg("\"%s\" is not in: %s", what, error.message);
    }
}

static void test_errors_are_sentences_that_name_things(void **state) {
    (void)state;
    write_items();
    write_text("log.csv", "u,i,t\n1,a,1\nx\ny\n");
    write_text("empty.csv", "");
    write_bytes("utf16.csv", "\xFF\xFEi\0d\0", 6);
    expect_failure("{" ITEMS ",'events':[{'files':'gone.csv','user':'u','item':'i','type':'view'}]}", PR_E_IO,
                   "gone.csv cannot be read");
    expect_failure("{" ITEMS ",'events':[{'files':'gone-*.csv','user':'u','item':'i','type':'view'}]}", PR_E_IO,
                   "no file matches");
    expect_failure("{" ITEMS ",'events':[{'files':'log.csv','user':'user','item':'i','type':'view'}]}", PR_E_FORMAT,
                   "events[0].user names the column \"user\"");
    expect_failure("{" ITEMS ",'events':[{'files':'empty.csv','user':'u','item':'i','type':'view'}]}", PR_E_FORMAT,
                   "empty.csv is empty");
    expect_failure("{" ITEMS ",'events':[{'files':'utf16.csv','user':'u','item':'i','type':'view'}]}", PR_E_FORMAT,
                   "UTF-16");
    expect_failure(
        "{" ITEMS "," EVENTS "}", PR_E_FORMAT,
        "2 of 3 rows are wrong, more than limits.rejects allows (5 %); log.csv line 3: has 1 value instead of 3");
    write_text("items.csv", "id,title,type\n");
    expect_failure("{" ITEMS "," EVENTS "}", PR_E_FORMAT, "items.files hold no rows");
}

static void test_rejects_of_an_earlier_run_go_away(void **state) {
    (void)state;
    write_items();
    write_text("rejects.csv", "old");
    write_text("log.csv", "u,i,t\n1,a,1\n");
    prt_dataset d;
    ingest_ok(CONFIG, 2, 1 << 16, &d);
    assert_null(read_text("rejects.csv"));
    prt_dataset_free(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_rows),
        cmocka_unit_test(test_columns_in_another_order_and_unwanted_ones),
        cmocka_unit_test(test_line_ends_and_no_end),
        cmocka_unit_test(test_quotes_with_line_breaks_quotes_and_delimiters),
        cmocka_unit_test(test_a_quote_inside_a_plain_value_is_a_character),
        cmocka_unit_test(test_wrong_quotes_cost_one_line),
        cmocka_unit_test(test_wrong_rows_have_their_line),
        cmocka_unit_test(test_nul_bytes_and_long_ids),
        cmocka_unit_test(test_hostile_logs_give_the_same_with_any_threads_and_chunks),
        cmocka_unit_test(test_latin1_no_header_and_flags),
        cmocka_unit_test(test_gzip_and_globs_and_tabs),
        cmocka_unit_test(test_a_cut_off_gzip_file_is_an_error),
        cmocka_unit_test(test_typed_columns),
        cmocka_unit_test(test_times_and_ranges),
        cmocka_unit_test(test_errors_are_sentences_that_name_things),
        cmocka_unit_test(test_rejects_of_an_earlier_run_go_away),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
