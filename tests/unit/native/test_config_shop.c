/* Configurations of a shop: defaults, what is given, and a sentence for everything that can be wrong. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COLUMNS                                                                                                        \
    "'columns':{'main':{'type':'category'},'sub':{'type':'list'},'price':{'type':'real','number':'money','invalid':"   \
    "'missing'},'stars':{'type':'real'},'day':{'type':'date'},'note':{'type':'text'}}"
#define ITEMS          "'items':{'files':'p.csv','id':'id','title':'name','image':'photo'," COLUMNS "}"
#define SHOP(inside)   "{'name':'x'," ITEMS ",'shop':{" inside "}}"
#define SEARCH(inside) "{'name':'x'," ITEMS ",'shop':{},'search':{" inside "}}"

/* Quotes are written as '. */
static pr_status parse(const char *config, prt_config *out, pr_error *error) {
    char *text = strdup(config);
    for (char *c = text; *c; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    memset(error, 0, sizeof *error);
    pr_status status = prt_config_parse(text, strlen(text), "shop/pocketrec.json", out, error);
    free(text);
    return status;
}

static void parse_ok(const char *config, prt_config *out) {
    pr_error error;
    if (parse(config, out, &error) != PR_OK) {
        fail_msg("%s", error.message);
    }
}

static void expect_wrong(const char *config, const char *what) {
    prt_config c;
    pr_error error;
    assert_int_equal(parse(config, &c, &error), PR_E_FORMAT);
    if (!strstr(error.message, what)) {
        fail_msg("\"%s\" is not in: %s", what, error.message);
    }
}

static void test_defaults(void **state) {
    (void)state;
    prt_config c;
    parse_ok(SHOP(""), &c);
    assert_true(c.has_shop && !c.has_searches && !c.has_baskets);
    assert_int_equal(c.event_count, 0);
    const prt_shop_config *s = &c.shop;
    assert_string_equal(s->name, "title");
    assert_string_equal(s->image, "image");
    assert_null(s->price);
    assert_null(s->reviews);
    assert_int_equal(s->category.count, 0);
    assert_true(s->trending.decay == 0.95 && !s->trending.hourly && s->trending.size == 200);
    assert_true(s->trending.click == 1 && s->trending.cart == 3 && s->trending.purchase == 5);
    assert_true(s->similar.columns.count == 0 && s->similar.top == 20);
    assert_true(s->rules.support == 0.0001 && s->rules.confidence == 0.02 && s->rules.lift == 1);
    assert_true(s->rules.top == 20 && s->rules.size == 3);
    assert_true(s->home.clicked == 0.5 && s->home.search == 0.4 && s->home.diverse == 0.1 && s->home.days == 30);
    assert_true(c.search.k1 == 1.2 && c.search.b == 0.75 && c.search.popularity == 0.1);
    assert_true(c.search.english_stop_words && c.search.mine_synonyms && c.search.stop_words.count == 0);
    assert_true(!c.search.synonyms && c.search.facets.count == 0);
    assert_true(c.items.duplicates == PRT_DUPLICATES_REJECT && !c.items.id_after && !c.items.from_baskets);
    assert_true(c.items.columns[2].number == PRT_NUMBER_MONEY && c.items.columns[2].missing_when_wrong);
    assert_true(c.items.columns[3].number == PRT_NUMBER_PLAIN && !c.items.columns[3].missing_when_wrong);
    prt_config_free(&c);
}

static void test_without_a_shop_the_search_has_its_defaults(void **state) {
    (void)state;
    prt_config c;
    parse_ok("{'name':'x'," ITEMS ",'events':[]}", &c);
    assert_false(c.has_shop);
    assert_true(c.search.k1 == 1.2 && c.search.english_stop_words && c.search.mine_synonyms);
    prt_config_free(&c);
    expect_wrong("{'name':'x'," ITEMS "}", "the key events is missing");
}

static void test_a_shop_as_given(void **state) {
    (void)state;
    prt_config c;
    parse_ok(SHOP("'name':'note','category':['main','sub'],'image':'note','price':'price','rating':'stars',"
                  "'trending':{'decay':0.5,'per':'hour','size':7,'weights':{'cart':2}},'similar':{'columns':['title',"
                  "'sub'],'top':9},'rules':{'support':3,'size':2},'home':{'clicked':1,'days':7}"),
             &c);
    const prt_shop_config *s = &c.shop;
    assert_string_equal(s->name, "note");
    assert_string_equal(s->image, "note");
    assert_string_equal(s->category.names[1], "sub");
    assert_string_equal(s->price, "price");
    assert_string_equal(s->rating, "stars");
    assert_null(s->original_price);
    assert_true(s->trending.decay == 0.5 && s->trending.hourly && s->trending.size == 7 && s->trending.cart == 2);
    assert_true(s->similar.columns.count == 2 && s->similar.top == 9);
    assert_true(s->rules.support == 3 && s->rules.size == 2 && s->home.clicked == 1 && s->home.days == 7);
    prt_config_free(&c);
    parse_ok(SEARCH("'k1':2,'b':0,'popularity':0,'stop_words':['the','a'],'synonyms':[['earbuds','earphones']],"
                    "'mine_synonyms':false,'facets':['main','price']"),
             &c);
    assert_true(c.search.k1 == 2 && c.search.b == 0 && c.search.popularity == 0);
    assert_true(!c.search.english_stop_words && c.search.stop_words.count == 2 && !c.search.mine_synonyms);
    assert_string_equal(c.search.synonyms->first->first->next->string, "earphones");
    assert_string_equal(c.search.facets.names[1], "price");
    prt_config_free(&c);
    parse_ok(SEARCH("'stop_words':'none'"), &c);
    assert_true(!c.search.english_stop_words && c.search.stop_words.count == 0);
    prt_config_free(&c);
}

static void test_logs_of_a_shop(void **state) {
    (void)state;
    prt_config c;
    parse_ok("{'name':'x'," ITEMS ",'events':[{'files':'e','user':'u','item':'i','session':'s','type':{'from':'t',"
             "'values':{'a':['click'],'b':['cart','purchase']}}}],'searches':{'files':'s.csv','item':'clicked','time':"
             "'t'},'baskets':{'files':'b.dat','csv':{'delimiter':' '},'layout':'lines'}}",
             &c);
    assert_string_equal(c.events[0].session, "s");
    assert_int_equal(c.events[0].meanings[0].types, PRT_EVENT_CLICK);
    assert_int_equal(c.events[0].meanings[1].types, PRT_EVENT_CART | PRT_EVENT_PURCHASE);
    assert_true(c.has_searches && c.has_baskets);
    assert_string_equal(c.searches.user, "user_id");
    assert_string_equal(c.searches.query, "query");
    assert_string_equal(c.searches.item, "clicked");
    assert_string_equal(c.searches.time, "t");
    assert_string_equal(c.searches.source.files.names[0], "shop/s.csv");
    assert_true(c.baskets.delimiter == ' ' && !c.baskets.header && c.baskets.format == PRT_FORMAT_CSV);
    prt_config_free(&c);
}

static void test_items_out_of_links_and_baskets(void **state) {
    (void)state;
    prt_config c;
    parse_ok("{'name':'x','items':{'files':'p','id':{'from':'link','after':'/dp/','length':10},'title':'t',"
             "'duplicates':'merge'},'events':[]}",
             &c);
    assert_string_equal(c.items.id, "link");
    assert_string_equal(c.items.id_after, "/dp/");
    assert_int_equal(c.items.id_length, 10);
    assert_true(c.items.duplicates == PRT_DUPLICATES_MERGE);
    prt_config_free(&c);
    parse_ok("{'name':'x','items':{'from':'baskets'},'baskets':{'files':'b.csv'},'shop':{}}", &c);
    assert_true(c.items.from_baskets && c.items.source.files.count == 0);
    assert_string_equal(c.items.title, "title");
    assert_null(c.shop.image);
    prt_config_free(&c);
}

static void test_mistakes_in_items(void **state) {
    (void)state;
    expect_wrong("{'name':'x','items':{'id':'i','title':'t'},'events':[]}", "the key items.files is missing");
    expect_wrong("{'name':'x','items':{'files':'f','title':'t'},'events':[]}", "the key items.id is missing");
    expect_wrong("{'name':'x','items':{'files':'f','id':'i'},'events':[]}", "the key items.title is missing");
    expect_wrong("{'name':'x','items':{'files':'f','id':3,'title':'t'},'events':[]}",
                 "items.id must be a text or an object, not 3");
    expect_wrong("{'name':'x','items':{'files':'f','id':{'from':'l','length':3},'title':'t'},'events':[]}",
                 "the key items.id.after is missing");
    expect_wrong("{'name':'x','items':{'files':'f','id':{'from':'l','after':'/','length':65},'title':'t'},'events':[]}",
                 "items.id.length must be at most 64, not 65");
    expect_wrong("{'name':'x','items':{'files':'f','id':'i','title':'t','duplicates':'last'},'events':[]}",
                 "items.duplicates must be \"reject\", \"first\", \"merge\" or \"common\", not \"last\"");
    expect_wrong("{'name':'x','items':{'from':'baskets'},'shop':{}}", "items.from is \"baskets\", but there are none");
    expect_wrong("{'name':'x','items':{'from':'baskets','title':'t'},'baskets':{'files':'b'},'shop':{}}",
                 "items.title means nothing where items.from is \"baskets\"");
    expect_wrong("{'name':'x','items':{'files':'f','id':'i','title':'t','columns':{'c':{'type':'text','number':'money'}"
                 "}},'events':[]}",
                 "items.columns.c.number means nothing for the type text");
    expect_wrong("{'name':'x','items':{'files':'f','id':'i','title':'t','columns':{'c':{'type':'real','required':true,"
                 "'invalid':'missing'}}},'events':[]}",
                 "items.columns.c is required, so a wrong value cannot be missing");
    expect_wrong("{'name':'x','items':{'files':'f','id':'i','title':'t','columns':{'c':{'type':'real','invalid':"
                 "'skip'}}},'events':[]}",
                 "items.columns.c.invalid must be \"reject\" or \"missing\", not \"skip\"");
}

static void test_mistakes_in_a_shop(void **state) {
    (void)state;
    expect_wrong(SHOP("'price':'pric'"), "shop.price names \"pric\", which is not in items.columns; did you mean "
                                         "\"price\"?");
    expect_wrong(SHOP("'price':'main'"), "shop.price names \"main\", which is of the type category; it must be an "
                                         "integer or real");
    expect_wrong(SHOP("'rating':'zzzzzz'"), "shop.rating names \"zzzzzz\", which is not in items.columns; add it");
    expect_wrong(SHOP("'name':'name'"), "shop.name names \"name\", which is the file's name for items.title; did you "
                                        "mean \"title\"?");
    expect_wrong(SHOP("'name':'text'"), "shop.name names \"text\", but items.text is not set");
    expect_wrong(SHOP("'name':'stars'"), "shop.name names \"stars\", which is of the type real");
    expect_wrong(SHOP("'category':['main','stars']"), "shop.category names \"stars\", which is of the type real; it "
                                                      "must be a category or a list");
    expect_wrong(SHOP("'category':['main','main']"), "shop.category names \"main\" twice");
    expect_wrong(SHOP("'similar':{'columns':['price']}"), "shop.similar.columns names \"price\"");
    expect_wrong(SHOP("'rules':{'support':1.5}"), "shop.rules.support must be below 1");
    expect_wrong(SHOP("'rules':{'size':1}"), "shop.rules.size must be at least 2");
    expect_wrong(SHOP("'home':{'clicked':0,'search':0,'diverse':0}"), "shop.home gives no place");
    expect_wrong(SHOP("'trending':{'per':'week'}"), "shop.trending.per must be \"day\" or \"hour\", not \"week\"");
    expect_wrong(SHOP("'prise':'price'"), "there is no key shop.prise; did you mean \"price\"?");
    expect_wrong(SEARCH("'facets':['mian']"), "search.facets names \"mian\", which is not in items.columns; did you "
                                              "mean \"main\"?");
    expect_wrong(SEARCH("'facets':['note']"), "search.facets names \"note\", which is of the type text; it must be a "
                                              "category, list, integer or real");
    expect_wrong(SEARCH("'facets':['title']"), "search.facets names \"title\", which is not in items.columns");
    expect_wrong(SEARCH("'stop_words':'german'"), "search.stop_words must be \"english\" or \"none\"");
    expect_wrong(SEARCH("'synonyms':[['one']]"), "search.synonyms[0] must hold at least 2");
    expect_wrong(SEARCH("'b':2"), "search.b must be at most 1");
    expect_wrong("{'name':'x'," ITEMS ",'shop':{},'searches':{}}", "the key searches.files is missing");
    expect_wrong("{'name':'x'," ITEMS ",'shop':{},'baskets':{'files':'b','layout':'rows'}}",
                 "baskets.layout must be \"lines\"");
    expect_wrong("{'name':'x'," ITEMS ",'shop':{},'baskets':{'files':'b','csv':{'delimiter':'\\n'}}}",
                 "baskets.csv.delimiter must be one ASCII character");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_without_a_shop_the_search_has_its_defaults),
        cmocka_unit_test(test_a_shop_as_given),
        cmocka_unit_test(test_logs_of_a_shop),
        cmocka_unit_test(test_items_out_of_links_and_baskets),
        cmocka_unit_test(test_mistakes_in_items),
        cmocka_unit_test(test_mistakes_in_a_shop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
