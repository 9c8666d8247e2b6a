/* Configurations of purchases: defaults, what is given, and a sentence for what is wrong. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD                                                                                                           \
    "{'name':'x','items':{'files':'p.csv','id':'id','title':'name','columns':{'kind':{'type':'category'},'price':{"    \
    "'type':'real'},'note':{'type':'text'}}},"
#define EVENTS            "'events':[{'files':'e.csv','user':'u','item':'i','type':'purchase'}]"
#define PURCHASES(inside) HEAD EVENTS ",'purchases':{" inside "}}"

/* Quotes are written as '. */
static pr_status parse(const char *config, prt_config *out, pr_error *error) {
    char *text = strdup(config);
    for (char *c = text; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    memset(error, 0, sizeof *error);
    pr_status status = prt_config_parse(text, strlen(text), "shop/pocketrec.json", out, error);
    free(text);
    return status;
}

static void parse_ok(const char *config, prt_config *out) {
    pr_error error;
    if (parse(config, out, &error) != PR_OK)
        fail_msg("%s", error.message);
}

static void expect_wrong(const char *config, const char *what) {
    prt_config c;
    pr_error error;
    assert_int_equal(parse(config, &c, &error), PR_E_FORMAT);
    if (!strstr(error.message, what))
        fail_msg("\"%s\" is not in: %s", what, error.message);
}

static void defaults(void **state) {
    (void)state;
    prt_config c;
    parse_ok(PURCHASES(""), &c);
    const prt_purchases_config *p = &c.purchases;
    assert_true(c.has_purchases && p->has_als && p->has_item_cf && !p->price && p->category.count == 0);
    const double weights[PR_SIGNAL_KINDS] = {0.1, 0.2, 0.2, 0.5, 0.8, 1, 1};
    assert_memory_equal(p->signals.weight, weights, sizeof weights);
    assert_true(p->signals.spending == 0.5 && p->signals.quantity == 0.25 && p->signals.cap == 5);
    assert_true(p->signals.half_life == 0 && p->signals.saturation == 2);
    assert_true(p->als.factors == 64 && p->als.iterations == 15 && p->als.unobserved == 0.1);
    assert_true(p->als.regularization == 0.003 && p->als.exponent == 1 && p->als.seed == 1);
    assert_string_equal(p->als.solver, "conjugate");
    assert_string_equal(p->item_cf.kind, "slim");
    assert_true(p->als.user_exponent == 0 && p->als.item_exponent == 0);
    assert_true(p->item_cf.regularization == 20 && p->item_cf.candidates == 150);
    assert_true(p->item_cf.neighbours == 100 && p->item_cf.shrinkage == 10 && p->item_cf.normalize == 0.5);
    assert_true(p->popularity.count == 1 && p->popularity.buyers == 1 && p->popularity.quantity == 0.25);
    assert_true(p->popularity.half_life == 90 && p->tuning.candidates == 200);
    assert_true(p->tuning.als == 0.4 && p->tuning.item_cf == 0.4 && p->tuning.popularity == 0.2);
    assert_true(p->tuning.upsell && p->tuning.upsell_factor == 0.1 && p->tuning.upsell_boost == 0.2);
    const double segments[] = {0.25, 0.5, 0.75, 1};
    assert_memory_equal(p->tuning.segments, segments, sizeof segments);
    assert_true(p->tuning.repurchase && p->tuning.cycle_days == 30 && p->tuning.due_boost == 0.2);
    assert_true(p->tuning.price_sensitivity && p->tuning.budget_tolerance == 1.5);
    assert_int_equal(p->default_model, PRT_DEFAULT_HYBRID);
    assert_null(c.outputs.profiles);
    prt_config_free(&c);
    parse_ok(HEAD EVENTS "}", &c);
    assert_false(c.has_purchases);
    prt_config_free(&c);
}

static void given(void **state) {
    (void)state;
    prt_config c;
    parse_ok(HEAD EVENTS
             ",'outputs':{'profiles':'private/people.jsonl'},'purchases':{'price':'price','category':['kind'],"
             "'signals':{'view':0,'half_life_days':30},'als':false,"
             "'item_cf':{'neighbours':7,'normalize':1},'default_model':'item_cf',"
             "'tuning':{'upsell':{'enabled':false},'model_weights':{'als':1}}}}",
             &c);
    const prt_purchases_config *p = &c.purchases;
    assert_string_equal(p->price, "price");
    assert_string_equal(p->category.names[0], "kind");
    assert_true(p->signals.weight[PR_SIGNAL_VIEW] == 0 && p->signals.half_life == 30 && !p->has_als && p->has_item_cf);
    assert_true(p->item_cf.neighbours == 7 && p->item_cf.normalize == 1 && p->item_cf.shrinkage == 10);
    assert_true(!p->tuning.upsell && p->tuning.als == 1 && p->default_model == PRT_DEFAULT_ITEM_CF);
    assert_string_equal(c.outputs.profiles, "shop/private/people.jsonl");
    prt_config_free(&c);
    parse_ok(PURCHASES("'price':null,'default_model':'als'"), &c);
    assert_true(!c.purchases.price && c.purchases.default_model == PRT_DEFAULT_ALS);
    prt_config_free(&c);
}

static void what_is_wrong_is_said(void **state) {
    (void)state;
    expect_wrong(PURCHASES("'factors':3"), "purchases");
    expect_wrong(PURCHASES("'als':{'factors':20}"), "purchases.als.factors");
    expect_wrong(PURCHASES("'als':true"), "purchases.als");
    expect_wrong(PURCHASES("'item_cf':{'neighbours':256}"), "purchases.item_cf.neighbours");
    expect_wrong(PURCHASES("'price':'kind'"), "purchases.price names \"kind\", which is of the type category");
    expect_wrong(PURCHASES("'price':'cost'"), "purchases.price names \"cost\", which is not in items.columns");
    expect_wrong(PURCHASES("'category':['note']"), "purchases.category names \"note\"");
    expect_wrong(PURCHASES("'als':false,'default_model':'als'"), "purchases.als is false");
    expect_wrong(PURCHASES("'item_cf':false,'default_model':'item_cf'"), "purchases.item_cf is false");
    expect_wrong(PURCHASES("'tuning':{'user_segments':{'small':0.6}}"), "must rise");
    expect_wrong(PURCHASES("'tuning':{'user_segments':{'high':0.9}}"), "must be 1");
    expect_wrong(PURCHASES("'als':false,'tuning':{'model_weights':{'item_cf':0,'popularity':0}}"), "model_weights");
    expect_wrong(HEAD EVENTS ",'outputs':{'profiles':'p.jsonl'}}", "outputs.profiles needs purchases");
    expect_wrong(HEAD "'events':[],'purchases':{}}", "purchases needs events");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(given),
        cmocka_unit_test(what_is_wrong_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
