/* What a shop's files are like: amounts of money, wrong cells, ids in links, doubled ids, sessions, searches, baskets.
 */
#include "field_check.h"
#include "ingest_support.h"
#include "money.h"

#include <math.h>

#define REST   ",'limits':{'rejects':1},'outputs':{'rejects':'rejects.csv'}}"
#define SIMPLE "'name':'t','items':{'files':'items.csv','id':'id','title':'title'}"

/* ---- money ---- */

static const char *plain(const char *amount) {
    static char out[PRT_MOST_AMOUNT + 1];
    size_t size;
    return prt_money_plain(amount, strlen(amount), out, &size) && strlen(out) == size ? out : "none";
}

static void test_amounts(void **state) {
    (void)state;
    static const char *const right[][2] = {
        {"499", "499"},
        {"499.5", "499.5"},
        {"₹32,999", "32999"},
        {"₹1,24,999.50", "124999.50"},
        {"₹ 12,34,56,789", "123456789"},
        {"Rs. 499", "499"},
        {"rs 499", "499"},
        {"$1,299.99", "1299.99"},
        {"US$ 1,299", "1299"},
        {"-$5", "-5"},
        {"$-5", "-5"},
        {"+5", "+5"},
        {"1 299.00 €", "1299.00"},
        {"1\xC2\xA0"
         "299\xE2\x80\xAF"
         "000 EUR",
         "1299000"},
        {"CHF 1'299.50", "1299.50"},
        {"1’299", "1299"},
        {"  7  ", "7"},
        {"2,255", "2255"},
        {"USD12", "12"},
        {"0.99£", "0.99"},
    };
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        if (strcmp(plain(right[i][0]), right[i][1]) != 0) {
            fail_msg("\"%s\" became %s, not %s", right[i][0], plain(right[i][0]), right[i][1]);
        }
    }
}

static void test_what_is_no_amount(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "",           "₹",          "Get",          "FREE",          "₹₹5",      "$5 USD",
        "1.299,00 €", "1 299,00 €", "1,2,3",        "12,34",         "1,299,00", "1,24,99",
        "1234,567",   ",299",       "299,",         "1,299 000",     "1,299.",   "--5",
        "-$-5",       "5-",         "1e5",          "0x10",          "499/-",    "Only 2 left in stock.",
        "1,29,9999",  "nan",        "1,234,56,789", "12,345,67,890", "₹ . 5",    "5.5.5",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (strcmp(plain(wrong[i]), "none") != 0) {
            fail_msg("\"%s\" became %s", wrong[i], plain(wrong[i]));
        }
    }
    char many[100];
    memset(many, '9', sizeof many);
    char out[PRT_MOST_AMOUNT + 1];
    size_t size;
    assert_false(prt_money_plain(many, sizeof many, out, &size));
    assert_true(prt_money_plain(many, PRT_MOST_AMOUNT, out, &size));
}

/* ---- cells ---- */

#define PRICES(more)                                                                                                   \
    "{'name':'t','items':{'files':'items.csv','id':'id','title':'title'," more                                         \
    "'columns':{'price':{'type':'real','number':'money','minimum':0,'invalid':'missing'},'count':{'type':'integer',"   \
    "'number':'money','invalid':'missing'},'stars':{'type':'real','maximum':5,'invalid':'missing'}}},'events':[]" REST

static void test_wrong_cells_are_missing_and_counted(void **state) {
    (void)state;
    prt_dataset d;
    write_text("items.csv", "id,title,price,count,stars\n"
                            "a,A,\"₹1,24,999.50\",\"2,255\",4.2\n"
                            "b,B,-5,499.00,Get\n"
                            "c,C,,12.5,₹99\n"
                            "d,D,\"1.299,00 €\",,7\n"
                            "e,,free,x,1\n");
    ingest_ok(PRICES(""), 1, 1 << 16, &d);
    assert_int_equal(d.items.count, 4);
    assert_int_equal(d.rows_rejected, 1);
    assert_int_equal(d.cells_cleaned, 6);
    assert_true(prt_column_find(&d.items, "price")->reals[0] == 124999.5);
    assert_string_equal(value_at(&d.items, "count", 0), "2255");
    assert_string_equal(value_at(&d.items, "stars", 0), "4.2");
    assert_string_equal(value_at(&d.items, "price", 1), "nan");
    assert_string_equal(value_at(&d.items, "count", 1), "499");
    assert_string_equal(value_at(&d.items, "stars", 1), "nan");
    assert_string_equal(value_at(&d.items, "count", 2), "-");
    assert_string_equal(value_at(&d.items, "price", 3), "nan");
    assert_string_equal(value_at(&d.items, "stars", 3), "nan");
    prt_dataset_free(&d);
    char *rejects = read_text("rejects.csv");
    assert_non_null(strstr(rejects, "file,line,reason,row\n"));
    assert_non_null(strstr(rejects, ",3,\"cell: price is \"\"-5\"\"; it must be at least 0\",\"b,B,-5,499.00,Get\"\n"));
    assert_non_null(strstr(rejects, ",4,\"cell: count is \"\"12.5\"\"; it must be a whole number\""));
    assert_non_null(strstr(rejects, "; it must be an amount like ₹1,299.50, with a decimal point\""));
    assert_non_null(strstr(rejects, ",6,\"title is missing\",\"e,,free,x,1\"\n"));
    assert_null(strstr(rejects, "\"\"free\"\"")); /* the row is wrong as a whole */
    free(rejects);
}

static void test_cells_in_json(void **state) {
    (void)state;
    prt_dataset d;
    write_text("items.jsonl", "{\"id\":1,\"title\":\"A\",\"price\":{\"a\":1},\"tags\":[1,{}],\"kind\":\"x\"}\n"
                              "{\"id\":2,\"title\":\"B\",\"price\":12,\"tags\":[\"u\"],\"kind\":\"y\"}\n");
    ingest_ok("{'name':'t','items':{'files':'items.jsonl','id':'id','title':'title','columns':{'price':{'type':'real',"
              "'invalid':'missing'},'tags':{'type':'list','invalid':'missing'},'kind':{'type':'category','values':['y'"
              "],'invalid':'missing'}}},'events':[]" REST,
              1, 1 << 16, &d);
    assert_int_equal(d.items.count, 2);
    assert_int_equal(d.cells_cleaned, 3);
    assert_string_equal(value_at(&d.items, "price", 0), "nan");
    assert_string_equal(value_at(&d.items, "tags", 0), "");
    assert_string_equal(value_at(&d.items, "kind", 0), "-");
    assert_string_equal(value_at(&d.items, "tags", 1), "u");
    prt_dataset_free(&d);
}

static void test_a_wrong_cell_costs_the_row_by_default(void **state) {
    (void)state;
    prt_dataset d;
    write_text("items.csv", "id,title,price\na,A,\"$1,299.99\"\nb,B,Get\n");
    ingest_ok("{'name':'t','items':{'files':'items.csv','id':'id','title':'title','columns':{'price':{'type':'real',"
              "'number':'money'}}},'events':[]" REST,
              1, 1 << 16, &d);
    assert_int_equal(d.items.count, 1);
    assert_int_equal(d.rows_rejected, 1);
    assert_int_equal(d.cells_cleaned, 0);
    prt_dataset_free(&d);
}

/* ---- ids ---- */

static void test_ids_out_of_links(void **state) {
    (void)state;
    prt_dataset d;
    write_text("items.csv", "link,title\n"
                            "https://a.example/x/dp/B0BRKXTSBT/ref=1,A\n"
                            "/dp/B0BQ3MXML8,B\n"
                            "https://a.example/x/B0BQ3MXML8,none\n"
                            "https://a.example/dp/B0BQ,short\n"
                            "https://a.example/dp/B0BQ/ref=sr_1,slash\n"
                            ",empty\n"
                            "/dp/äöüäöüäöüß/dp/2222222222,C\n");
    ingest_ok("{'name':'t','items':{'files':'items.csv','id':{'from':'link','after':'/dp/','length':10},'title':"
              "'title'},'events':[]" REST,
              1, 1 << 16, &d);
    assert_int_equal(d.items.count, 3);
    assert_string_equal(string_at(&d.items.ids, 0), "B0BRKXTSBT");
    assert_string_equal(string_at(&d.items.ids, 1), "B0BQ3MXML8");
    assert_string_equal(string_at(&d.items.ids, 2), "äöüäöüäöüß");
    assert_int_equal(d.rows_rejected, 4);
    prt_dataset_free(&d);
    char *rejects = read_text("rejects.csv");
    assert_non_null(strstr(rejects, ",5,\"link has no id of 10 characters after \"\"/dp/\"\"\""));
    assert_non_null(strstr(rejects, ",7,\"link is missing\""));
    free(rejects);
}

#define TWICE(mode)                                                                                                    \
    "{'name':'t','items':{'files':['items.csv','more.csv'],'id':'id','title':'title','text':'note','duplicates':"      \
    "'" mode                                                                                                           \
    "','columns':{'kind':{'type':'category'},'tags':{'type':'list'},'price':{'type':'real','invalid':'missing'"        \
    "},'n':{'type':'integer'},'day':{'type':'date'}}},'events':[]" REST

static void write_twice(void) {
    write_text("items.csv", "id,title,note,kind,tags,price,n,day\n"
                            "a,A,,,\"x,y\",,,\n"
                            "b,B,first,k1,z,5,1,2026-01-01\n"
                            "a,A2,,k2,\"y,w\",bad,7,\n"
                            "c,C,,,,,,\n");
    write_text("more.csv", "id,title,note,kind,tags,price,n,day\n"
                           "c,C2,late,k0,q,2,2,2026-02-02\n"
                           "a,A3,note,k3,\"v,x\",3.5,8,2026-03-03\n"
                           "b,B2,second,k9,,6,2,2026-01-02\n"
                           "a,A4,other,k4,u,4,9,2026-03-04\n");
}

static void test_merged_rows(void **state) {
    (void)state;
    prt_dataset d;
    write_twice();
    ingest_ok(TWICE("merge"), 1, 16, &d);
    assert_int_equal(d.items.count, 3);
    assert_int_equal(d.duplicates, 5);
    assert_int_equal(d.rows_rejected, 0);
    assert_int_equal(d.cells_cleaned, 1);
    static const char *const names[] = {"title", "text", "kind", "tags", "price", "n", "day"};
    static const char *const wanted[3][7] = {{"A", "note", "k2", "x+y+w+v+u", "3.5", "7", "20515"},
                                             {"B", "first", "k1", "z", "5", "1", "20454"},
                                             {"C", "late", "k0", "q", "2", "2", "20486"}};
    for (uint32_t row = 0; row < 3; row++) {
        for (size_t i = 0; i < 7; i++) {
            assert_string_equal(value_at(&d.items, names[i], row), wanted[row][i]);
        }
    }
    prt_dataset_free(&d);
}

static void test_first_rows_and_rejected_ones(void **state) {
    (void)state;
    prt_dataset d;
    write_twice();
    ingest_ok(TWICE("first"), 1, 1 << 16, &d);
    assert_int_equal(d.items.count, 3);
    assert_int_equal(d.duplicates, 5);
    assert_int_equal(d.rows_rejected, 0);
    assert_int_equal(d.cells_cleaned, 0);
    assert_string_equal(value_at(&d.items, "tags", 0), "x+y");
    assert_string_equal(value_at(&d.items, "kind", 0), "-");
    prt_dataset_free(&d);
    ingest_ok(TWICE("reject"), 1, 1 << 16, &d);
    assert_int_equal(d.items.count, 3);
    assert_int_equal(d.duplicates, 0);
    assert_int_equal(d.rows_rejected, 5);
    prt_dataset_free(&d);
    char *rejects = read_text("rejects.csv");
    assert_non_null(strstr(rejects, "items.csv\",4,\"id \"\"a\"\" is there already\""));
    free(rejects);
}

/* ---- logs ---- */

static void test_sessions_with_any_threads_and_chunks(void **state) {
    (void)state;
    write_text("items.csv", "id,title\na,A\nb,B\n");
    write_text("e1.csv", "u,i,s\n1,a,x\n2,b,17\n1,b,x\n3,a,\n2,a,y\n2,a,17\n");
    write_text("e2.csv", "u,i,s\n4,a,y\n4,b,x\n");
    write_text("e3.csv", "u,i\n5,a\n");
    static const uint32_t wanted[] = {0, 1, 0, PRT_NONE, 2, 1, 3, 4, PRT_NONE};
    for (int threads = 1; threads <= 4; threads *= 2) {
        for (size_t chunk = 1; chunk < 100; chunk += 7) {
            prt_dataset d;
            ingest_ok("{" SIMPLE ",'events':[{'files':'e1.csv','user':'u','item':'i','session':'s','type':'click'},{"
                      "'files':'e2.csv','user':'u','item':'i','session':'s','type':'purchase'},{'files':'e3.csv',"
                      "'user':'u','item':'i','type':'cart'}]" REST,
                      threads, chunk, &d);
            assert_int_equal(d.events.count, 9);
            assert_memory_equal(d.events.session, wanted, sizeof wanted);
            assert_int_equal(d.events.types[0], PRT_EVENT_CLICK);
            assert_int_equal(d.events.types[7], PRT_EVENT_PURCHASE);
            assert_null(d.events.time);
            prt_dataset_free(&d);
        }
    }
    write_text("e1.csv", "u,i,s\n1,a,\xFF\n");
    prt_dataset d;
    ingest_ok("{" SIMPLE ",'events':[{'files':'e1.csv','user':'u','item':'i','session':'s','type':'click'}]" REST, 1,
              1 << 16, &d);
    assert_int_equal(d.rows_rejected, 1);
    prt_dataset_free(&d);
    char *rejects = read_text("rejects.csv");
    assert_non_null(strstr(rejects, ",2,\"s is not valid UTF-8\""));
    free(rejects);
}

static void test_searches(void **state) {
    (void)state;
    prt_dataset d;
    char log[2000];
    write_text("items.csv", "id,title\na,A\nb,B\n");
    int size = snprintf(log, sizeof log,
                        "user_id,query,clicked,when\n1,  red shoes ,b,2026-01-01\n2,\"kettle, steel\",,\n1,   ,a,\n"
                        ",x,a,\n3,x,zz,\n3,x,a,never\n4,%0256d,a,\n",
                        1);
    write_bytes("s.csv", log, (size_t)size);
    ingest_ok("{" SIMPLE ",'events':[],'searches':{'files':'s.csv','item':'clicked','time':'when'}" REST, 2, 16, &d);
    assert_int_equal(d.searches.count, 2);
    assert_int_equal(d.searches.queries.count, 2);
    assert_string_equal(string_at(&d.searches.queries, 0), "red shoes");
    assert_string_equal(string_at(&d.searches.queries, 1), "kettle, steel");
    assert_int_equal(d.searches.item[0], 1);
    assert_int_equal(d.searches.item[1], PRT_NONE);
    assert_int_equal(d.searches.time[0], 1767225600);
    assert_true(d.searches.time[1] == PRT_NO_INTEGER);
    assert_int_equal(d.users.count, 2);
    assert_string_equal(string_at(&d.users.ids, d.searches.user[1]), "2");
    assert_int_equal(d.rows_rejected, 5);
    prt_dataset_free(&d);
    char *rejects = read_text("rejects.csv");
    assert_non_null(strstr(rejects, ",4,\"query is missing\""));
    assert_non_null(strstr(rejects, ",5,\"user_id is missing\""));
    assert_non_null(strstr(rejects, ",6,\"clicked \"\"zz\"\" is not one of the items\""));
    assert_non_null(strstr(rejects, ",7,\"when \"\"never\"\" is not a time"));
    assert_non_null(strstr(rejects, ",8,\"query is longer than 255 characters\""));
    free(rejects);
    write_text("s.csv", "user_id,query\n");
    ingest_ok("{" SIMPLE ",'events':[],'searches':{'files':'s.csv'}" REST, 1, 1 << 16, &d);
    assert_int_equal(d.searches.count, 0);
    assert_non_null(d.searches.queries.offsets);
    assert_null(d.searches.time);
    prt_dataset_free(&d);
}

/* Baskets as "a+b|c" by ids. */
static const char *baskets_text(const prt_dataset *d) {
    static char out[1024];
    out[0] = 0;
    for (uint32_t b = 0; b < d->baskets.count; b++) {
        for (uint64_t i = d->baskets.offsets[b]; i < d->baskets.offsets[b + 1]; i++) {
            size_t used = strlen(out);
            snprintf(out + used, sizeof out - used, "%s%s",
                     i > d->baskets.offsets[b] ? "+"
                     : used                    ? "|"
                                               : "",
                     string_at(&d->items.ids, d->baskets.items[i]));
        }
    }
    return out;
}

#define FROM_BASKETS "{'name':'t','items':{'from':'baskets'},'baskets':{'files':'b.csv'},'shop':{}" REST

static void test_items_from_baskets(void **state) {
    (void)state;
    write_text("b.csv",
               "\xEF\xBB\xBFmilk, bread ,,\"jam, red\"\r\n\r\nbread,milk,bread\n , ,\nsoap\n\"wrong\"x,y\nmilk");
    for (size_t chunk = 1; chunk < 80; chunk += 5) {
        prt_dataset d;
        ingest_ok(FROM_BASKETS, 3, chunk, &d);
        assert_string_equal(baskets_text(&d), "milk+bread+jam, red|bread+milk+bread|soap|milk");
        assert_int_equal(d.items.count, 4);
        assert_string_equal(value_at(&d.items, "title", 2), "jam, red");
        assert_int_equal(d.baskets.item_count, 8);
        assert_int_equal(d.rows_rejected, 2);
        prt_dataset_free(&d);
    }
    char *rejects = read_text("rejects.csv");
    assert_non_null(strstr(rejects, ",4,\"has no entries\""));
    assert_non_null(strstr(rejects, ",6,\"a quoted value does not end"));
    free(rejects);
    prt_dataset d;
    pr_error error;
    write_text("b.csv", ",\n");
    assert_int_equal(ingest(FROM_BASKETS, 1, 1 << 16, &d, &error), PR_E_FORMAT);
    assert_non_null(strstr(error.message, "baskets.files hold no entries"));
}

static void test_baskets_of_a_catalogue(void **state) {
    (void)state;
    prt_dataset d;
    write_text("items.csv", "id,title\n10,A\n20,B\n");
    write_text("b.dat", "10 20 10 \n30 10\n\n20 \n");
    ingest_ok("{" SIMPLE ",'baskets':{'files':'b.dat','csv':{'delimiter':' '}},'shop':{}" REST, 1, 1 << 16, &d);
    assert_string_equal(baskets_text(&d), "10+20+10|20");
    assert_int_equal(d.rows_rejected, 1);
    prt_dataset_free(&d);
    char *rejects = read_text("rejects.csv");
    assert_non_null(strstr(rejects, ",2,\"the entry \"\"30\"\" is not one of the items\",\"30 10\""));
    free(rejects);
}

static void test_long_baskets(void **state) {
    (void)state;
    enum { ENTRIES = 5000 };
    char *line = malloc(ENTRIES * 12);
    size_t size = 0;
    for (int i = 0; i < ENTRIES; i++) {
        size += (size_t)sprintf(line + size, i % 2 ? "\"x%d\"," : "x%d,", i);
    }
    line[size - 1] = '\n';
    write_bytes("b.csv", line, size);
    free(line);
    prt_dataset d;
    ingest_ok(FROM_BASKETS, 1, 100, &d);
    assert_int_equal(d.items.count, ENTRIES);
    assert_int_equal(d.baskets.offsets[1], ENTRIES);
    assert_string_equal(string_at(&d.items.ids, ENTRIES - 1), "x4999");
    prt_dataset_free(&d);
}

/* The small shop that lies beside the sources: a catalogue as it is found, with text where numbers should be. */
static void test_the_sample_shop(void **state) {
    (void)state;
    char path[512];
    prt_config c;
    prt_dataset d;
    pr_error error = {0};
    assert_non_null(getenv("PR_TEST_SOURCE"));
    snprintf(path, sizeof path, "%s/data/shop/pocketrec.json", getenv("PR_TEST_SOURCE"));
    if (prt_config_read(path, &c, &error) != PR_OK || prt_ingest(&c, 2, &d, &error) != PR_OK) {
        fail_msg("%s", error.message);
    }
    assert_int_equal(d.items.count, 60);
    assert_int_equal(d.duplicates, 1);
    assert_int_equal(d.cells_cleaned, 4);
    assert_int_equal(d.rows_rejected, 0);
    assert_int_equal(prt_column_find(&d.items, "main_category")->values.count, 6);
    uint32_t two = 0, unrated = 0;
    for (uint32_t i = 0; i < d.items.count; i++) {
        const prt_column *sub = prt_column_find(&d.items, "sub_category");
        two += sub->list_offsets[i + 1] - sub->list_offsets[i] == 2;
        unrated += isnan(prt_column_find(&d.items, "ratings")->reals[i]);
    }
    assert_int_equal(two, 1);
    assert_int_equal(unrated, 4);
    prt_dataset_free(&d);
    prt_config_free(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_amounts),
        cmocka_unit_test(test_what_is_no_amount),
        cmocka_unit_test(test_wrong_cells_are_missing_and_counted),
        cmocka_unit_test(test_cells_in_json),
        cmocka_unit_test(test_a_wrong_cell_costs_the_row_by_default),
        cmocka_unit_test(test_ids_out_of_links),
        cmocka_unit_test(test_merged_rows),
        cmocka_unit_test(test_first_rows_and_rejected_ones),
        cmocka_unit_test(test_sessions_with_any_threads_and_chunks),
        cmocka_unit_test(test_searches),
        cmocka_unit_test(test_items_from_baskets),
        cmocka_unit_test(test_baskets_of_a_catalogue),
        cmocka_unit_test(test_long_baskets),
        cmocka_unit_test(test_the_sample_shop),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
