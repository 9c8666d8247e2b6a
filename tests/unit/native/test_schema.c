/* The subset of JSON Schema: each keyword, and that unknown ones are not passed over. */
#include "schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Quotes are written as '. */
static const pr_json *parse(pr_arena *arena, const char *text) {
    char copy[1024];
    const pr_json *root = NULL;
    snprintf(copy, sizeof copy, "%s", text);
    for (char *c = copy; *c; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    assert_int_equal(pr_json_parse(copy, strlen(copy), NULL, arena, &root, NULL), PR_OK);
    return root;
}

static void expect(const char *schema, const char *value, const char *message) {
    pr_arena arena;
    pr_error error = {0};
    pr_arena_init(&arena, pr_allocator_default(), 0);
    pr_status status = prt_schema_check(parse(&arena, schema), parse(&arena, value), "it", &error);
    if (message) {
        assert_true(status == PR_E_FORMAT || status == PR_E_ARGUMENT);
        assert_string_equal(error.message, message);
    } else if (status != PR_OK) {
        fail_msg("%s: %s", value, error.message);
    }
    pr_arena_free(&arena);
}

static void test_keywords(void **state) {
    (void)state;
    expect("{'type':'integer'}", "3.0", NULL);
    expect("{'type':['string','null']}", "null", NULL);
    expect("{'type':['string','null']}", "true", "it: the whole must be a text or null, not true");
    expect("{'const':'a'}", "'b'", "it: the whole must be \"a\", not \"b\"");
    expect("{'enum':['a','b',3]}", "3", NULL);
    expect("{'enum':['a','b','c']}", "'d'", "it: the whole must be \"a\", \"b\" or \"c\", not \"d\"");
    expect("{'minimum':2,'maximum':4}", "1", "it: the whole must be at least 2, not 1");
    expect("{'maxLength':2}", "'\xC3\xBC\xC3\xBC'", NULL);
    expect("{'minLength':1}", "''", "it: the whole must be a text whose length is at least 1, not \"\"");
    expect("{'pattern':'^[a-c_]{1,3}$'}", "'ab_'", NULL);
    expect("{'pattern':'^[a-c_]{1,3}$'}", "'abd'",
           "it: the whole must be 1 to 3 characters out of [a-c_], not \"abd\"");
    expect("{'items':{'type':'number'}}", "[1,2,'x']", "it: [2] must be a number, not \"x\"");
    expect("{'properties':{'a':{'items':{'properties':{'b':{'type':'array','maxItems':1}}}}}}",
           "{'a':[{},{'b':[1,2]}]}", "it: a[1].b must hold at most 1 values, not 2");
    expect("{'required':['a']}", "{'b':1}", "it: the key a is missing");
    expect("{'additionalProperties':{'type':'string'}}", "{'a':'x','b':1}", "it: b must be a text, not 1");
    expect("{'properties':{'alpha':{}},'additionalProperties':false}", "{'alpa':1}",
           "it: there is no key alpa; did you mean \"alpha\"?");
    expect("{'$ref':'#/$defs/n','maximum':5,'$defs':{'n':{'type':'number'}}}", "6",
           "it: the whole must be at most 5, not 6");
    expect("{'$ref':'#/$defs/n','$defs':{'n':{'type':'number'}}}", "'x'", "it: the whole must be a number, not \"x\"");
    expect("{'oneOf':[{'type':'string','minLength':2},{'type':'array'}]}", "'x'",
           "it: the whole must be a text whose length is at least 2, not \"x\"");
    expect("{'oneOf':[{'type':'string'},{'type':'array'}]}", "1", "it: the whole must be a text or an array, not 1");
    const char *list = "{'oneOf':[{'type':['string','null']},{'type':'object'}]}";
    expect(list, "'x'", NULL);
    expect(list, "null", NULL);
    expect(list, "{}", NULL);
    expect(list, "1", "it: the whole must be a text or null or an object, not 1");
    const char *off = "{'oneOf':[{'type':'object','properties':{'a':{'minimum':2}}},{'const':false}]}";
    expect(off, "false", NULL);
    expect(off, "{'a':1}", "it: a must be at least 2, not 1");
    expect("{'anyOf':[{'minimum':1},{'type':'number'}]}", "1", NULL);
}

static void test_what_is_not_supported_is_said(void **state) {
    (void)state;
    expect("{'multipleOf':2}", "1", "schema: the keyword multipleOf is not supported");
    expect("{'pattern':'a+'}", "'a'", "schema: the pattern a+ is not of the form ^[class]{m,n}$");
    expect("{'$ref':'#/$defs/n'}", "1", "schema: #/$defs/n is not there");
}

static void test_a_schema_that_refers_to_itself_ends(void **state) {
    (void)state;
    expect("{'$ref':'#/$defs/n','$defs':{'n':{'items':{'$ref':'#/$defs/n'},'type':'array'}}}", "[[[[]]]]", NULL);
    pr_arena arena;
    pr_arena_init(&arena, pr_allocator_default(), 0);
    const pr_json *loop = parse(&arena, "{'$ref':'#/$defs/n','$defs':{'n':{'$ref':'#/$defs/n'}}}");
    assert_int_equal(prt_schema_check(loop, loop, "it", NULL), PR_E_LIMIT);
    pr_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keywords),
        cmocka_unit_test(test_what_is_not_supported_is_said),
        cmocka_unit_test(test_a_schema_that_refers_to_itself_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
