/* What logs of purchases are like: quantities, prices, returns, rows without a customer, codes that are no products,
 * catalogues out of invoices, and lists of users and items. */
#include "field_check.h"
#include "ingest_support.h"

#include <math.h>

#define REST  ",'limits':{'rejects':1},'outputs':{'rejects':'rejects.csv'}}"
#define ITEMS "{'name':'t','items':{'files':'items.csv','id':'id','title':'title'}"
#define LOG   "'files':'log.csv','user':'who','item':'what'"
#define EVENTS                                                                                                         \
    ",'events':[{" LOG ",'quantity':'n','price':'p','returns':{'column':'bill','prefix':'C'},'type':'purchase'"
#define ONE(more) ITEMS EVENTS more "}]" REST

static void write_items(void) {
    write_text("items.csv", "id,title\na,A\nb,B\n");
}

/* The events as "user>item:types n x p" lines. Free it. */
static char *amounts_text(const prt_dataset *d) {
    size_t room = (size_t)d->events.count * 128 + 1, used = 0;
    char *out = calloc(1, room);
    for (uint64_t e = 0; e < d->events.count; e++) {
        used +=
            (size_t)snprintf(out + used, room - used, "%s>%s:%u %g x %g\n", string_at(&d->users.ids, d->events.user[e]),
                             string_at(&d->items.ids, d->events.item[e]), d->events.types[e],
                             (double)d->events.quantity[e], (double)d->events.price[e]);
    }
    return out;
}

static void assert_amounts(const prt_dataset *d, const char *wanted) {
    char *text = amounts_text(d);
    assert_string_equal(text, wanted);
    free(text);
}

/* Is the row on that line set aside, and for that reason? */
static void assert_rejected(const char *file, int line, const char *reason) {
    char wanted[300];
    snprintf(wanted, sizeof wanted, "%s\",%d,\"%s\",", file, line, reason);
    char *rejects = read_text("rejects.csv");
    assert_non_null(rejects);
    if (!strstr(rejects, wanted)) {
        fail_msg("not in the rejects: %s\n%s", wanted, rejects);
    }
    free(rejects);
}

static void assert_config_fails(const char *config, const char *sentence) {
    prt_dataset d;
    pr_error error;
    assert_int_equal(ingest(config, 1, 1 << 16, &d, &error), PR_E_FORMAT);
    if (!strstr(error.message, sentence)) {
        fail_msg("\"%s\" is not in: %s", sentence, error.message);
    }
}

/* ---- numbers ---- */

/* The fast way with short numbers must give what strtod gives. */
static void test_short_numbers_are_exact(void **state) {
    (void)state;
    static const char *const right[] = {"0",   "-0",    "2.55",  "-80995",           "0.1",  ".5",
                                        "5.",  "0.001", "1e3",   "123456789.0125",   "+7",   "999999999999999",
                                        "0.3", "8.675", "1.005", "9007199254740993", "1E-7", "00.10"};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        double value, wanted = strtod(right[i], NULL);
        assert_true(prt_parse_real(right[i], strlen(right[i]), &value));
        assert_memory_equal(&value, &wanted, sizeof value);
    }
    char text[32];
    for (uint64_t i = 0, x = 1; i < 200000; i++) {
        x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
        int size = snprintf(text, sizeof text, "%s%u.%0*u", x & 1 ? "-" : "", (unsigned)(x >> 40) % 1000000,
                            (int)(i % 8) + 1, (unsigned)(x >> 20) % 10);
        double value, wanted = strtod(text, NULL);
        assert_true(prt_parse_real(text, (size_t)size, &value));
        assert_memory_equal(&value, &wanted, sizeof value);
    }
    static const char *const wrong[] = {"",   "-",  ".",  "-.",   "1.2.3", "nan", "inf",
                                        "1e", "1 ", " 1", "0x10", "1e999", "--1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        double value;
        assert_false(prt_parse_real(wrong[i], strlen(wrong[i]), &value));
    }
}

/* ---- quantities, prices, returns ---- */

static void test_quantities_and_prices(void **state) {
    (void)state;
    write_items();
    write_text("log.csv", "who,what,n,p,bill\n"
                          "u,a,6,2.55,536365\n"
                          "u,\"b\",\"2\",\"0.5\",536365\n"
                          "v,a,,,536366\n"
                          "v,b,0.25,0,536366\n"
                          "u,a,-1,2.55,536370\n"
                          "u,b,3,4,C536371\n"
                          "u,b,-2,4,C536372\n");
    for (int threads = 1; threads <= 3; threads++) {
        for (size_t chunk = 1; chunk < 120; chunk += 17) {
            prt_dataset d;
            ingest_ok(ONE(",'session':'bill'"), threads, chunk, &d);
            assert_amounts(&d, "u>a:256 6 x 2.55\nu>b:256 2 x 0.5\nv>a:256 1 x nan\nv>b:256 0.25 x nan\n"
                               "u>a:512 1 x 2.55\nu>b:512 3 x 4\nu>b:512 2 x 4\n");
            assert_int_equal(d.returns, 3);
            assert_int_equal(d.rows_rejected, 0);
            assert_int_equal(d.events.session[1], 0);
            assert_int_equal(d.events.session[6], 4);
            prt_dataset_free(&d);
        }
    }
}

static void test_wrong_amounts(void **state) {
    (void)state;
    static const struct {
        const char *quantity, *price, *reason;
    } rows[] = {
        {"0", "1", "n \"\"0\"\" is no quantity"},
        {"-0.0", "1", "n \"\"-0.0\"\" is no quantity"},
        {"NaN", "1", "n \"\"NaN\"\" is not a number"},
        {"inf", "1", "n \"\"inf\"\" is not a number"},
        {"1e300", "1", "n \"\"1e300\"\" is not between 0.000001 and 1000000 units"},
        {"-1000001", "1", "n \"\"-1000001\"\" is not between 0.000001 and 1000000 units"},
        {"1e-9", "1", "n \"\"1e-9\"\" is not between 0.000001 and 1000000 units"},
        {"1e999", "1", "n \"\"1e999\"\" is not a number"},
        {"three", "1", "n \"\"three\"\" is not a number"},
        {"1", "-11062.06", "p \"\"-11062.06\"\" is negative"},
        {"1", "nan", "p \"\"nan\"\" is not a price"},
        {"1", "1e10", "p \"\"1e10\"\" is above 1000000000, the most a price can be"},
        {"1", "£2", "p \"\"£2\"\" is not a price"},
    };
    enum { ROWS = sizeof rows / sizeof *rows };
    char text[2048] = "who,what,n,p,bill\n";
    write_items();
    for (int i = 0; i < ROWS; i++) {
        snprintf(text + strlen(text), sizeof text - strlen(text), "u,a,%s,%s,1\n", rows[i].quantity, rows[i].price);
    }
    strcat(text, "u,a,1000000,1000000000,1\nu,a,0.000001,1e-60,1\n");
    write_text("log.csv", text);
    prt_dataset d;
    ingest_ok(ONE(""), 1, 1 << 16, &d);
    assert_int_equal(d.rows_rejected, ROWS);
    assert_int_equal(d.events.count, 2);
    assert_true(isnan(d.events.price[1])); /* nothing, in a float */
    prt_dataset_free(&d);
    for (int i = 0; i < ROWS; i++) {
        assert_rejected("log.csv", i + 2, rows[i].reason);
    }
}

static void test_prices_as_money(void **state) {
    (void)state;
    write_items();
    write_text("log.csv", "who,what,p\nu,a,\"£1,299.50\"\nu,a,2.5\nu,a,-£3\n");
    prt_dataset d;
    ingest_ok(ITEMS ",'events':[{" LOG ",'price':{'from':'p','number':'money'},'type':'purchase'}]" REST, 1, 1 << 16,
              &d);
    assert_null(d.events.quantity);
    assert_int_equal(d.events.count, 2);
    assert_float_equal(d.events.price[0], 1299.5f, 0);
    prt_dataset_free(&d);
    assert_rejected("log.csv", 4, "p \"\"-£3\"\" is negative");
}

/* Of two logs one has amounts: the events of the other have one unit and no price. */
static void test_amounts_of_one_log_of_two(void **state) {
    (void)state;
    write_items();
    write_text("log.csv", "who,what,n,p,bill\nu,a,3,2,1\n");
    write_text("views.csv", "who,what,kind\nu,b,view\nu,b,refund\n");
    prt_dataset d;
    ingest_ok(ITEMS EVENTS "},{'files':'views.csv','user':'who','item':'what','type':{'from':'kind','values':"
                           "{'view':['view'],'refund':['return','like']}}}]" REST,
              2, 5, &d);
    assert_amounts(&d, "u>a:256 3 x 2\nu>b:1 1 x nan\nu>b:512 1 x nan\n");
    assert_int_equal(d.returns, 1);
    prt_dataset_free(&d);
}

/* ---- customers ---- */

#define MISSING "who,what,bill\nu,a,1\n,a,2\n ,b,2\n,b,3\nv,b,3\n,a,\n"

static void test_missing_users(void **state) {
    (void)state;
    prt_dataset d;
    write_items();
    write_text("log.csv", MISSING);
    ingest_ok(ITEMS ",'events':[{" LOG ",'session':'bill','type':'purchase'}]" REST, 2, 7, &d);
    assert_int_equal(d.events.count, 3); /* a blank is an id like any other */
    assert_int_equal(d.rows_rejected, 3);
    prt_dataset_free(&d);
    assert_rejected("log.csv", 3, "who is missing");

    ingest_ok(ITEMS ",'events':[{" LOG ",'session':'bill','missing_user':'skip','type':'purchase'}]" REST, 2, 7, &d);
    assert_int_equal(d.events.count, 2);
    assert_int_equal(d.skipped, 4);
    assert_int_equal(d.rows_rejected, 0);
    prt_dataset_free(&d);
}

static void test_sessions_as_users(void **state) {
    (void)state;
    prt_dataset d;
    char *text;
    write_items();
    write_text("log.csv", MISSING);
    write_text("more.csv", "who,what,bill\n,b,2\nevents[0]:2,a,9\n");
    ingest_ok(ITEMS
              ",'events':[{" LOG ",'session':'bill','missing_user':'session','type':'purchase'},{'files':"
              "'more.csv','user':'who','item':'what','session':'bill','missing_user':'session','type':'cart'}]" REST,
              2, 7, &d);
    text = events_text(&d);
    assert_string_equal(text, "u>a:256\nevents[0]:2>a:256\nevents[0]:2>b:256\nevents[0]:3>b:256\nv>b:256\n"
                              "events[1]:2>b:128\nevents[0]:2>a:128\n");
    free(text);
    assert_int_equal(d.users.count, 5);
    assert_int_equal(d.rows_rejected, 1);
    prt_dataset_free(&d);
    assert_rejected("log.csv", 7, "who is missing");
}

static void test_sessions_that_can_be_no_users(void **state) {
    (void)state;
    char text[700] = "who,what,bill\n,a,";
    prt_dataset d;
    write_items();
    memset(text + strlen(text), 'x', 250);
    strcat(text, "\n,a,\xFF\n,a,");
    memset(text + strlen(text), 'y', 300);
    strcat(text, "\n");
    write_text("log.csv", text);
    ingest_ok(ITEMS ",'events':[{" LOG ",'session':'bill','missing_user':'session','type':'purchase'}]" REST, 1,
              1 << 16, &d);
    assert_int_equal(d.events.count, 0);
    assert_int_equal(d.users.count, 0);
    prt_dataset_free(&d);
    assert_rejected("log.csv", 3, "bill is not valid UTF-8");
    assert_rejected("log.csv", 4, "bill is longer than 256 bytes");
}

/* ---- times ---- */

static void test_times_in_the_future(void **state) {
    (void)state;
    static const char config[] =
        "{\"name\":\"t\",\"items\":{\"files\":\"items.csv\",\"id\":\"id\",\"title\":\"title\"},"
        "\"events\":[{\"files\":\"log.csv\",\"user\":\"who\",\"item\":\"what\",\"time\":\"t\","
        "\"type\":\"purchase\"}],\"limits\":{\"rejects\":1},\"outputs\":{\"rejects\":"
        "\"rejects.csv\"}}";
    prt_config c;
    prt_dataset d;
    pr_error error = {0};
    write_items();
    write_text("log.csv",
               "who,what,t\nu,a,2011-12-09 12:50:00\nu,a,2011-12-10 23:59:59\nu,a,2011-12-11\nu,a,2199-01-01\n"
               "u,a,\n");
    assert_int_equal(prt_config_parse(config, sizeof config - 1, in_folder("pocketrec.json"), &c, &error), PR_OK);
    assert_true(c.now == PRT_NO_INTEGER);
    assert_int_equal(prt_ingest(&c, 1, &d, &error), PR_OK);
    assert_int_equal(d.events.count, 5);
    prt_dataset_free(&d);
    c.now = 1323436200; /* 2011-12-09 13:10 UTC */
    assert_int_equal(prt_ingest(&c, 1, &d, &error), PR_OK);
    assert_int_equal(d.events.count, 3);
    prt_dataset_free(&d);
    prt_config_free(&c);
    assert_rejected("log.csv", 4, "t \"\"2011-12-11\"\" lies in the future");
    assert_rejected("log.csv", 5, "t \"\"2199-01-01\"\" lies in the future");
}

/* ---- what is no item ---- */

static void test_excluded_items(void **state) {
    (void)state;
    prt_dataset d;
    char *text;
    write_text("items.csv", "id,title,n\na,A,1\nPOST,Postage,x\ngift_1,Voucher,2\ngif,G,3\nPOSTER,P,4\n");
    write_text("log.csv", "who,what\nu,a\n,POST\nu,gift_\nu,gift_99\nu,gif\nu,POSTER\nu,GIFT_1\n");
    write_text("baskets.csv", "a,POST,gif\nPOST\nPOST,gift_1\nnothing,POST\n");
    ingest_ok(
        "{'name':'t','items':{'files':'items.csv','id':'id','title':'title','exclude':['POST','gift_*'],'columns':"
        "{'n':{'type':'integer'}}},'events':[{" LOG ",'type':'purchase'}],'baskets':{'files':'baskets.csv'},"
        "'shop':{}" REST,
        2, 9, &d);
    text = events_text(&d);
    assert_string_equal(text, "u>a:256\nu>gif:256\nu>POSTER:256\n");
    free(text);
    assert_int_equal(d.items.count, 3);
    assert_int_equal(d.baskets.count, 1);
    assert_int_equal(d.baskets.item_count, 2);
    assert_int_equal(d.excluded, 2 + 3 + 4);
    assert_int_equal(d.rows_rejected, 2);
    prt_dataset_free(&d);
    assert_rejected("log.csv", 8, "what \"\"GIFT_1\"\" is not one of the items");
    assert_rejected("baskets.csv", 4, "the entry \"\"nothing\"\" is not one of the items");
}

/* ---- catalogues out of logs ---- */

static void test_the_commonest_values(void **state) {
    (void)state;
    static const char log[] = "id,name,price,kinds,made,group\n"
                              "a,Mug,2.5,x|y,2011-01-03,k\n"
                              "b,,0,,,\n"
                              "a,mug,2.25,y|x,2011-01-01,k\n"
                              "a,damaged,0,,,m\n"
                              "a,\"Mug, red\",9,x|y,2011-01-02,m\n"
                              "c,First,1,z,,\n"
                              "a,\"Mug, red\",2.5,,2011-01-04,\n"
                              "c,Second,3,z,,\n"
                              "a,mug,wrong,,,m\n";
    static const char config[] =
        "{'name':'t','items':{'files':'log.csv','id':'id','title':'name','duplicates':'common','columns':{"
        "'price':{'type':'real','minimum':0.001,'invalid':'missing'},'kinds':{'type':'list','separator':'|'},"
        "'made':{'type':'date'},'group':{'type':'category'}}},'events':[]" REST;
    write_text("log.csv", log);
    for (size_t chunk = 1; chunk < 100; chunk += 13) {
        prt_dataset d;
        ingest_ok(config, 3, chunk, &d);
        assert_int_equal(d.items.count, 3);
        assert_int_equal(d.duplicates, 6);
        assert_int_equal(d.cells_cleaned, 3);
        assert_string_equal(value_at(&d.items, "title", 0), "mug"); /* before "Mug, red", which has as many */
        assert_string_equal(value_at(&d.items, "title", 1), "b");   /* nothing names it */
        assert_string_equal(value_at(&d.items, "title", 2), "First");
        assert_string_equal(value_at(&d.items, "price", 0), "2.5"); /* of 2.25, 2.5, 2.5, 9 */
        assert_string_equal(value_at(&d.items, "price", 1), "nan");
        assert_string_equal(value_at(&d.items, "price", 2), "1"); /* the lower of two */
        assert_string_equal(value_at(&d.items, "kinds", 0), "x+y");
        assert_string_equal(value_at(&d.items, "kinds", 1), "");
        assert_string_equal(value_at(&d.items, "kinds", 2), "z");
        assert_string_equal(value_at(&d.items, "made", 0), "14976"); /* 2011-01-02 */
        assert_string_equal(value_at(&d.items, "made", 1), "-");
        assert_string_equal(value_at(&d.items, "group", 0), "m");
        assert_string_equal(value_at(&d.items, "group", 1), "-");
        prt_dataset_free(&d);
    }
}

/* A single row and a value that is a list of paragraphs. */
static void test_the_commonest_text_of_paragraphs(void **state) {
    (void)state;
    prt_dataset d;
    write_text("log.jsonl",
               "{\"id\":\"a\",\"t\":[\"One\",\"two\"]}\n{\"id\":\"a\",\"t\":\"other\"}\n{\"id\":\"a\",\"t\":"
               "\"One two\"}\n");
    ingest_ok("{'name':'t','items':{'files':'log.jsonl','id':'id','title':'t','duplicates':'common'},'events':[]" REST,
              1, 1 << 16, &d);
    assert_string_equal(value_at(&d.items, "title", 0), "One two");
    prt_dataset_free(&d);
}

/* Against a plain count, on many rows. */
static void test_the_median_of_many(void **state) {
    (void)state;
    enum { ROWS = 5000, ITEMS_HERE = 40 };
    int counts[ITEMS_HERE][100] = {{0}};
    char *text = malloc(ROWS * 16 + 16);
    size_t used = (size_t)sprintf(text, "id,n\n");
    uint64_t x = 7;
    for (int i = 0; i < ROWS; i++) {
        x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
        int item = (int)(x >> 33) % ITEMS_HERE, n = (int)(x >> 45) % (1 + item * 2);
        counts[item][n]++;
        used += (size_t)sprintf(text + used, "i%d,%d\n", item, n);
    }
    write_bytes("log.csv", text, used);
    free(text);
    prt_dataset d;
    ingest_ok("{'name':'t','items':{'files':'log.csv','id':'id','title':'id','duplicates':'common','columns':{'n':"
              "{'type':'integer'}}},'events':[]" REST,
              1, 1 << 16, &d);
    assert_int_equal(d.items.count, ITEMS_HERE);
    for (uint32_t i = 0; i < d.items.count; i++) {
        int item = atoi(string_at(&d.items.ids, i) + 1), all = 0, below = 0, median = -1;
        for (int n = 0; n < 100; n++) {
            all += counts[item][n];
        }
        while (2 * below < all) {
            below += counts[item][++median];
        }
        assert_int_equal(prt_column_find(&d.items, "n")->integers[i], median);
    }
    prt_dataset_free(&d);
}

static void test_items_from_events(void **state) {
    (void)state;
    static const char config[] = "{'name':'t','items':{'from':'events','exclude':['fee*']},'events':[{" LOG
                                 ",'quantity':'n','type':'purchase'}]" REST;
    write_text("log.csv", "who,what,n\nu,x,1\nu,\"y,y\",1\nv,fees,1\nv,z,0\n,w,1\nv,x,2\nv,\xFF,1\n");
    for (size_t chunk = 1; chunk < 80; chunk += 9) {
        prt_dataset d;
        ingest_ok(config, 3, chunk, &d);
        char *text = events_text(&d);
        assert_string_equal(text, "u>x:256\nu>y,y:256\nv>x:256\n");
        free(text);
        assert_int_equal(d.items.count, 2); /* a wrong row adds none */
        assert_string_equal(value_at(&d.items, "title", 1), "y,y");
        assert_int_equal(d.excluded, 1);
        assert_int_equal(d.rows_rejected, 3);
        prt_dataset_free(&d);
    }
    write_text("log.csv", "who,what,n\nu,fee,1\n");
    assert_config_fails(config, "events hold no items; nothing can be learned from them");
}

/* ---- lists ---- */

#define LISTS "'events':[{'files':'train.txt','format':'lists','type':'purchase'}]" REST

static void test_lists(void **state) {
    (void)state;
    prt_dataset d;
    char *text;
    write_text("train.txt", "\xEF\xBB\xBF"
                            "0 10 11\n1 12 \r\n\n2\n2 \t10  12\n3 13");
    ingest_ok("{'name':'t','items':{'from':'events'}," LISTS, 2, 1 << 16, &d);
    text = events_text(&d);
    assert_string_equal(text, "0>10:256\n0>11:256\n1>12:256\n2>10:256\n2>12:256\n3>13:256\n");
    free(text);
    assert_int_equal(d.rows_read, 6);
    assert_int_equal(d.rows_rejected, 0);
    assert_int_equal(d.items.count, 4);
    prt_dataset_free(&d);

    write_text("items.csv", "id,title\n10,A\n11,B\n12,C\n");
    write_text("train.txt", "0 10 x11 12\nuser 10 11\n1 11 13 -1 1.5\n");
    ingest_ok(ITEMS "," LISTS, 1, 1 << 16, &d);
    text = events_text(&d);
    assert_string_equal(text, "0>10:256\n0>12:256\n1>11:256\n");
    free(text);
    assert_int_equal(d.rows_rejected, 5);
    prt_dataset_free(&d);
    assert_rejected("train.txt", 1, "item \"\"x11\"\" is not a whole number");
    assert_rejected("train.txt", 2, "user \"\"user\"\" is not a whole number");
    assert_rejected("train.txt", 3, "item \"\"13\"\" is not one of the items");
    assert_rejected("train.txt", 3, "item \"\"-1\"\" is not a whole number");

    pr_error error;
    write_text("train.txt", "");
    assert_int_equal(ingest(ITEMS "," LISTS, 1, 1 << 16, &d, &error), PR_E_FORMAT);
    assert_non_null(strstr(error.message, "train.txt is empty; take it out of the files"));
}

/* Lines beyond the window, in a compressed file. */
static void test_long_lists(void **state) {
    (void)state;
    enum { USERS = 30, EACH = 20000 };
    FILE *file = fopen(in_folder("train.txt"), "wb");
    assert_non_null(file);
    for (int u = 0; u < USERS; u++) {
        fprintf(file, "%d", u);
        for (int i = 0; i < EACH; i++) {
            fprintf(file, " %d", (i * 7 + u) % 50000);
        }
        fputc('\n', file);
    }
    assert_int_equal(fclose(file), 0);
    char command[200];
    snprintf(command, sizeof command, "gzip -fk %s", in_folder("train.txt"));
    assert_int_equal(system(command), 0);
    prt_dataset plain, packed;
    ingest_ok("{'name':'t','items':{'from':'events'}," LISTS, 2, 1 << 16, &plain);
    ingest_ok("{'name':'t','items':{'from':'events'},'events':[{'files':'train.txt.gz','format':'lists','type':"
              "'purchase'}]" REST,
              2, 1 << 16, &packed);
    assert_int_equal(plain.events.count, USERS * EACH);
    assert_int_equal(packed.events.count, USERS * EACH);
    assert_int_equal(plain.users.count, USERS);
    assert_memory_equal(plain.events.item, packed.events.item, USERS * EACH * sizeof *plain.events.item);
    assert_string_equal(string_at(&plain.items.ids, plain.events.item[EACH + 3]), "22");
    prt_dataset_free(&plain);
    prt_dataset_free(&packed);
}

/* ---- configurations ---- */

static void test_mistakes_in_configurations(void **state) {
    (void)state;
    write_items();
    write_text("log.csv", "who,what,n,p,bill\nu,a,1,1,1\n");
    assert_config_fails(ITEMS ",'events':[{'files':'log.csv','item':'what','type':'view'}]" REST,
                        "the key events[0].user is missing");
    assert_config_fails(ITEMS ",'events':[{'files':'log.csv','format':'lists','user':'who','type':'view'}]" REST,
                        "events[0].user means nothing where events[0].format is \"lists\"; take it out");
    assert_config_fails(ITEMS ",'events':[{'files':'log.csv','format':'lists','type':{'from':'x','values':{}}}]" REST,
                        "events[0].type must be one event type");
    assert_config_fails(ONE(",'missing_user':'session'"),
                        "events[0].missing_user is \"session\", but there are none; add events[0].session");
    assert_config_fails(ITEMS ",'users':{'files':'users.csv','id':'id'}" EVENTS
                              ",'session':'bill','missing_user':'session'}]" REST,
                        "but only rows of users.files are users; take out users or write \"skip\"");
    assert_config_fails(ONE(",'missing_user':'guess'"), "events[0].missing_user must be");
    assert_config_fails("{'name':'t','items':{'from':'events'},'shop':{}}",
                        "items.from is \"events\", but there are none; add \"events\"");
    assert_config_fails("{'name':'t','items':{'from':'events','title':'x'},'events':[]}",
                        "items.title means nothing where items.from is \"events\"; take it out");
    assert_config_fails("{'name':'t','items':{'from':'events','exclude':['*']},'events':[]}",
                        "items.exclude names \"*\", which is every item");
    assert_config_fails("{'name':'t','items':{'files':'x','format':'lists','id':'a','title':'b'},'events':[]}",
                        "items.format must be");
    assert_config_fails(ITEMS ",'events':[{" LOG ",'price':{'number':'money'},'type':'view'}]" REST,
                        "events[0].price.from is missing");
    assert_config_fails(ITEMS ",'events':[{" LOG ",'returns':{'column':'bill'},'type':'view'}]" REST,
                        "events[0].returns.prefix is missing");
    assert_config_fails(ITEMS ",'events':[{" LOG ",'quantity':'units','type':'view'}]" REST,
                        "events[0].quantity names the column \"units\", which");
    assert_config_fails(ITEMS ",'events':[{" LOG ",'returns':{'column':'bil','prefix':'C'},'type':'view'}]" REST,
                        "did you mean \"bill\"?");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_numbers_are_exact),
        cmocka_unit_test(test_quantities_and_prices),
        cmocka_unit_test(test_wrong_amounts),
        cmocka_unit_test(test_prices_as_money),
        cmocka_unit_test(test_amounts_of_one_log_of_two),
        cmocka_unit_test(test_missing_users),
        cmocka_unit_test(test_sessions_as_users),
        cmocka_unit_test(test_sessions_that_can_be_no_users),
        cmocka_unit_test(test_times_in_the_future),
        cmocka_unit_test(test_excluded_items),
        cmocka_unit_test(test_the_commonest_values),
        cmocka_unit_test(test_the_commonest_text_of_paragraphs),
        cmocka_unit_test(test_the_median_of_many),
        cmocka_unit_test(test_items_from_events),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_long_lists),
        cmocka_unit_test(test_mistakes_in_configurations),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
