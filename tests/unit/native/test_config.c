/* Configurations: defaults, paths, the settings object, and a sentence for everything that can be wrong. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ITEMS                                                                                                          \
    "'items':{'files':'items.csv','id':'i','title':'t','columns':{'tags':{'type':'list'},'kind':{'type':'category'},'" \
    "day':{'type':'date'}}}"
#define USERS                                                                                                          \
    "'users':{'files':['u1.csv','/abs/"                                                                                \
    "u2.csv'],'id':'u','columns':{'age':{'type':'category','bands':[{'label':'all','minimum':0,'maximum':99}]},'n':{'" \
    "type':'integer'}}}"
#define EVENTS     "'events':[{'files':'log.csv','user':'u','item':'i','type':'like'}]"
#define WITH(more) "{'name':'x'," ITEMS "," USERS "," EVENTS more "}"

/* Quotes are written as '. */
static pr_status parse(const char *config, prt_config *out, pr_error *error) {
    char *text = strdup(config);
    for (char *c = text; *c; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    memset(error, 0, sizeof *error);
    pr_status status = prt_config_parse(text, strlen(text), "some/folder/pocketrec.json", out, error);
    free(text);
    return status;
}

static void expect_wrong(const char *config, const char *what) {
    prt_config c;
    pr_error error;
    assert_int_equal(parse(config, &c, &error), PR_E_FORMAT);
    assert_non_null(strstr(error.message, "configuration some/folder/pocketrec.json: "));
    if (!strstr(error.message, what)) {
        fail_msg("\"%s\" is not in: %s", what, error.message);
    }
}

static void test_defaults(void **state) {
    (void)state;
    prt_config c;
    pr_error error;
    if (parse("{'name':'x'," ITEMS ",'events':[]}", &c, &error) != PR_OK) {
        fail_msg("%s", error.message);
    }
    assert_string_equal(c.name, "x");
    assert_null(c.version);
    assert_false(c.has_users);
    assert_int_equal(c.segments.backoff_count, 1);
    assert_true(c.score.completion == 0.5 && c.score.like == 0.4 && c.score.views == 0.1);
    assert_true(c.score.prior == PRT_PRIOR_BETA && c.score.alpha == 2 && c.score.beta == 5 && c.score.decay == 0.01);
    assert_true(c.rank.mmr == 0.5 && c.rank.pool == 50 && c.rank.explore == 0);
    assert_int_equal(c.rank.similarity.count, 1);
    assert_string_equal(c.rank.similarity.names[0], "tags");
    assert_int_equal(c.search.field_count, 2);
    assert_int_equal(c.limits.min_users, 5);
    assert_true(c.limits.rejects == 0.05);
    assert_int_equal(c.limits.shard_bytes, 262144);
    assert_null(c.outputs.rejects);
    assert_true(c.items.source.header && c.items.source.delimiter == ',' && c.items.source.quote == '"');
    prt_config_free(&c);
}

static void test_paths(void **state) {
    (void)state;
    prt_config c;
    pr_error error;
    setenv("PR_TEST_FOLDER", "/data", 1);
    assert_int_equal(
        parse("{'name':'x'," ITEMS "," USERS
              ",'events':[{'files':['${PR_TEST_FOLDER}/a*.tsv','b-${PR_TEST_FOLDER}'],'user':'u','item':'i',"
              "'type':'like'}],'outputs':{'rejects':'out/r.csv'}}",
              &c, &error),
        PR_OK);
    assert_string_equal(c.items.source.files.names[0], "some/folder/items.csv");
    assert_string_equal(c.users.source.files.names[1], "/abs/u2.csv");
    assert_string_equal(c.events[0].source.files.names[0], "/data/a*.tsv");
    assert_string_equal(c.events[0].source.files.names[1], "some/folder/b-/data");
    assert_string_equal(c.outputs.rejects, "some/folder/out/r.csv");
    prt_config_free(&c);
    unsetenv("PR_TEST_FOLDER");
    expect_wrong("{'name':'x','items':{'files':'${PR_TEST_FOLDER}/x','id':'i','title':'t'},'events':[]}",
                 "items.files needs the environment variable PR_TEST_FOLDER, which is not set");
    expect_wrong("{'name':'x','items':{'files':'${PR_TEST','id':'i','title':'t'},'events':[]}",
                 "items.files has a ${ that");
}

static void test_settings_object(void **state) {
    (void)state;
    prt_config c;
    pr_error error;
    assert_int_equal(parse(WITH(",'segments':{'dimensions':[{'name':'age','side':'user','column':'age'},{'name':'kind',"
                                "'side':'item','column':'kind',"
                                "'input':'types','label':'Kinds'}],'backoff':[['kind'],[]]},'score':{'prior':'learned',"
                                "'freshness':{'column':'day'}}"),
                           &c, &error),
                     PR_OK);
    pr_arena arena;
    pr_arena_init(&arena, pr_allocator_default(), 0);
    pr_buffer out = {.arena = &arena};
    pr_writer w = {.out = &out};
    prt_config_write_settings(&c, &w);
    pr_buffer_append(&out, "", 1);
    assert_string_equal(out.bytes, "{\"segments\":{\"dimensions\":[{\"name\":\"age\",\"side\":\"user\",\"column\":"
                                   "\"age\",\"input\":\"age\",\"label\":\"age\",\"bands\":[{\"label\":\"all\","
                                   "\"minimum\":0,\"maximum\":99}]},{\"name\":\"kind\",\"side\":\"item\",\"column\":"
                                   "\"kind\",\"input\":\"types\",\"label\":\"Kinds\"}],"
                                   "\"backoff\":[[\"kind\"],[]]},\"score\":{\"completion\":0.5,\"like\":0.4,\"views\":"
                                   "0.1,\"prior\":\"learned\",\"freshness\":{\"column\":\"day\","
                                   "\"decay\":0.01}},\"rank\":{\"mmr\":0.5,\"explore\":0,\"pool\":50,\"similarity\":["
                                   "\"tags\"]},\"rules\":{\"boosts\":{\"type\":0.1,\"instructor\":0.05},"
                                   "\"own_weight\":3},\"search\":{\"fields\":{\"title\":3,\"tags\":2}},\"limits\":{"
                                   "\"min_users\":5,\"rejects\":0.05,\"list\":5,\"results\":10,"
                                   "\"shard_bytes\":262144},\"columns\":{\"tags\":{\"type\":\"list\"},\"kind\":{"
                                   "\"type\":\"category\"},\"day\":{\"type\":\"date\"}}}");
    pr_arena_free(&arena);
    prt_config_free(&c);
}

static void test_every_mistake_names_its_key(void **state) {
    (void)state;
    expect_wrong("[]", "the whole must be an object, not an array");
    expect_wrong("{'name':'x',", "line 1, column ");
    expect_wrong("{" ITEMS "," EVENTS "}", "the key name is missing");
    expect_wrong("{'name':'x'," EVENTS "}", "the key items is missing");
    expect_wrong("{'name':'Work Outs!'," ITEMS "," EVENTS "}",
                 "name must be 1 to 40 characters out of [a-z0-9-], not \"Work Outs!\"");
    expect_wrong(WITH(",'colour':1"), "there is no key colour; take it out");
    expect_wrong(WITH(",'segmnets':{}"), "there is no key segmnets; did you mean \"segments\"?");
    expect_wrong(WITH(",'score':{'likes':1}"), "there is no key score.likes; did you mean \"like\"?");
    expect_wrong(WITH(",'rank':{'mmr':'half'}"), "rank.mmr must be a number, not \"half\"");
    expect_wrong(WITH(",'rank':{'mmr':7}"), "rank.mmr must be at most 1, not 7");
    expect_wrong(WITH(",'rank':{'pool':1.5}"), "rank.pool must be a whole number, not 1.5");
    expect_wrong(WITH(",'score':{'prior':'learnt'}"), "score.prior must be \"learned\" or \"none\", not \"learnt\"");
    expect_wrong(WITH(",'score':{'prior':{'alpha':1}}"), "the key score.prior.beta is missing");
    expect_wrong(WITH(",'score':{'prior':3}"), "score.prior must be an object or a text, not 3");
    expect_wrong(WITH(",'segments':{'dimensions':[{'name':'a','side':'usr','column':'age'}]}"),
                 "segments.dimensions[0].side must be \"user\" or \"item\", not \"usr\"");
    expect_wrong(WITH(",'segments':{'dimensions':[{'name':'a','side':'user','column':'star_sign'}]}"),
                 "names \"star_sign\", which is not in users.columns");
    expect_wrong(WITH(",'segments':{'dimensions':[{'name':'a','side':'user','column':'n'}]}"),
                 "of the type integer; it must be a category");
    expect_wrong(WITH(",'segments':{'dimensions':[{'name':'a','side':'item','column':'kin'}]}"),
                 "did you mean \"kind\"?");
    expect_wrong(WITH(",'judgements':{'queries':'q'}"), "the key judgements.relevance is missing");
    expect_wrong(WITH(",'segments':{'backoff':[['age']]}"), "segments.backoff[0] names the dimension \"age\"");
    expect_wrong(WITH(",'score':{'freshness':{'column':'kind'}}"), "score.freshness.column names \"kind\"");
    expect_wrong(WITH(",'rules':{'flag':{'column':'tags'}}"), "rules.flag.column names \"tags\"");
    expect_wrong(WITH(",'search':{'fields':{'text':1}}"), "items.text is not set");
    expect_wrong("{'name':'x'," ITEMS "," USERS ",'events':[]}", "events is empty");
    expect_wrong("{'name':'x'," ITEMS ",'events':[{'files':'l','user':'u','item':'i','type':'likes'}]}",
                 "events[0].type must be");
    expect_wrong("{'name':'x'," ITEMS ",'events':[{'files':'l','user':'u','item':'i','type':{'from':'x'}}]}",
                 "events[0].type must have either");
    expect_wrong("{'name':'x'," ITEMS ",'events':[{'files':[],'user':'u','item':'i','type':'like'}]}",
                 "events[0].files must hold at least 1");
    expect_wrong(
        "{'name':'x','items':{'files':'f','id':'i','title':'t','columns':{'d':{'type':'complex'}}},'events':[]}",
        "items.columns.d.type must be");
    expect_wrong("{'name':'x','items':{'files':'f','id':'i','title':'t','columns':{'d':{'type':'date','bands':[{'label'"
                 ":'a','minimum':1,'maximum':2}]}}},"
                 "'events':[]}",
                 "items.columns.d.bands means nothing for the type date");
    expect_wrong(
        "{'name':'x','items':{'files':'f','id':'i','title':'t','columns':{'title':{'type':'text'}}},'events':[]}",
        "must have another name");
    expect_wrong("{'name':'x','items':{'files':'f','id':'i','title':'t','csv':{'delimiter':'\xC3\xBC'}},'events':[]}",
                 "items.csv.delimiter must be one ASCII");
    expect_wrong("{'name':'x','items':{'files':'f','id':'i','title':'t','columns':{'a':{'type':'category','bands':[{'"
                 "label':'a','minimum':1,'maximum':5},"
                 "{'label':'b','minimum':5,'maximum':9}]}}},'events':[]}",
                 "overlap");
    expect_wrong("{'name':'x','name':'y'," ITEMS "," EVENTS "}", "duplicate");
}

#define TRAINERS                                                                                                       \
    "{'name':'x','items':{'files':'t.xlsx','id':'i','title':'t','columns':{'specialities':{'type':'list'},'price':{"   \
    "'type':'real'},'years':{'type':'integer'},'city':{'type':'category'}}},'users':{'files':'u.csv','id':'u',"        \
    "'columns':{'goal':{'type':'category'},'age':{'type':'integer'}}},'events':[]"
#define WEEKLY(more) TRAINERS ",'weekly':{'files':'w.csv'}" more "}"

static void test_weekly_alone_takes_every_default(void **state) {
    (void)state;
    prt_config c;
    pr_error error;
    if (parse(WEEKLY(""), &c, &error) != PR_OK) {
        fail_msg("%s", error.message);
    }
    assert_true(c.has_weekly);
    assert_string_equal(c.weekly.source.key, "weekly");
    assert_string_equal(c.weekly.source.files.names[0], "some/folder/w.csv");
    assert_string_equal(c.weekly.user, "user_id");
    assert_string_equal(c.weekly.item, "trainer_id");
    assert_string_equal(c.weekly.views, "video_views");
    assert_string_equal(c.weekly.watch, "avg_watch_time");
    assert_true(c.weekly.start == PRT_NO_INTEGER);
    const prt_ranking_config *r = &c.ranking;
    assert_null(r->goal_user);
    assert_null(r->goal_item);
    assert_null(r->synonyms);
    assert_true(r->decay == 0.8 && r->ctr_strength == 20 && r->view_strength == 10 && r->like_strength == 10);
    assert_int_equal(r->specialities, 64);
    assert_false(r->columns_given);
    assert_int_equal(r->columns.count, 2);
    assert_string_equal(r->columns.names[0], "price");
    assert_string_equal(r->columns.names[1], "years");
    assert_true(r->model == PRT_MODEL_AUTO && r->label == PRT_LABEL_CLICKS && r->label_weeks == 3);
    assert_true(r->trees == 300 && r->depth == 3 && r->learning_rate == 0.05);
    assert_true(r->topk == 5 && r->min_candidates == 30 && r->explore == 0);
    assert_null(r->exploration_log);
    prt_config_free(&c);
}

static void test_ranking_as_given(void **state) {
    (void)state;
    prt_config c;
    pr_error error;
    if (parse(TRAINERS
              ",'weekly':{'files':'w.csv','watch':'w','start':'2026-01-05'},'ranking':{'goal':{'user':'goal','item':"
              "'specialities','synonyms':[['weight loss','fat loss']]},'decay':0.9,'smoothing':{'view_rate':5},"
              "'specialities':3,'columns':['price'],'model':'listwise','label':'likes','label_weeks':2,'trees':{"
              "'depth':4},'topk':7,'min_candidates':50,'explore':0.1,'exploration_log':'e.jsonl'}}",
              &c, &error) != PR_OK) {
        fail_msg("%s", error.message);
    }
    const prt_ranking_config *r = &c.ranking;
    assert_string_equal(c.weekly.watch, "w");
    assert_int_equal(c.weekly.start, 1767571200);
    assert_string_equal(r->goal_user, "goal");
    assert_string_equal(r->goal_item, "specialities");
    assert_string_equal(r->synonyms->first->first->next->string, "fat loss");
    assert_true(r->decay == 0.9 && r->ctr_strength == 20 && r->view_strength == 5);
    assert_true(r->columns_given && r->columns.count == 1 && r->specialities == 3);
    assert_true(r->model == PRT_MODEL_listwise && r->label == PRT_LABEL_LIKES && r->label_weeks == 2);
    assert_true(r->trees == 300 && r->depth == 4 && r->topk == 7 && r->min_candidates == 50 && r->explore == 0.1);
    assert_string_equal(r->exploration_log, "some/folder/e.jsonl");
    prt_config_free(&c);
}

static void test_mistakes_in_weekly_and_ranking(void **state) {
    (void)state;
    expect_wrong(WITH(",'ranking':{}"), "ranking learns from a weekly log, but there is none; add \"weekly\"");
    expect_wrong("{'name':'x'," ITEMS ",'events':[],'weekly':{'files':'w'}}", "weekly needs the people");
    expect_wrong(TRAINERS "}", "events is empty");
    expect_wrong("{'name':'x','items':{'files':'i','id':'i','title':'t','columns':{'source':{'type':'category'}}},"
                 "'users':{'files':'u','id':'u'},'events':[],'weekly':{'files':'w'}}",
                 "items.columns.source must have another name");
    expect_wrong(TRAINERS ",'weekly':{}}", "the key weekly.files is missing");
    expect_wrong(TRAINERS ",'weekly':{'files':'w','clics':'c'}}", "weekly.clics; did you mean \"clicks\"?");
    expect_wrong(TRAINERS ",'weekly':{'files':'w','clicks':'likes'}}",
                 "weekly.clicks and weekly.likes are the same column, \"likes\"");
    expect_wrong(TRAINERS ",'weekly':{'files':'w','start':'2026-02-30'}}", "weekly.start must be a day");
    expect_wrong(TRAINERS ",'weekly':{'files':'w','start':'monday'}}", "weekly.start must be 10 to 10 characters");
    expect_wrong(WEEKLY(",'ranking':{'goal':{'user':'goal'}}"), "the key ranking.goal.item is missing");
    expect_wrong(WEEKLY(",'ranking':{'goal':{'user':'gaol','item':'city'}}"),
                 "ranking.goal.user names \"gaol\", which is not in users.columns; did you mean \"goal\"?");
    expect_wrong(WEEKLY(",'ranking':{'goal':{'user':'age','item':'city'}}"),
                 "ranking.goal.user names \"age\", which is of the type integer; it must be a category");
    expect_wrong(WEEKLY(",'ranking':{'goal':{'user':'goal','item':'price'}}"),
                 "ranking.goal.item names \"price\", which is of the type real; it must be a list or a category");
    expect_wrong(WEEKLY(",'ranking':{'goal':{'user':'goal','item':'city','synonyms':[['one']]}}"),
                 "ranking.goal.synonyms[0] must hold at least 2");
    expect_wrong(WEEKLY(",'ranking':{'columns':['city']}"), "ranking.columns names \"city\", which is of the type");
    expect_wrong(WEEKLY(",'ranking':{'columns':['price','price']}"), "ranking.columns names \"price\" twice");
    expect_wrong(WEEKLY(",'ranking':{'decay':0}"), "ranking.decay must be at least 0.01");
    expect_wrong(WEEKLY(",'ranking':{'model':'xgboost'}"), "ranking.model must be \"auto\"");
    expect_wrong(WEEKLY(",'ranking':{'topk':0}"), "ranking.topk must be at least 1");
    expect_wrong(WEEKLY(",'ranking':{'min_candidate':3}"), "did you mean \"min_candidates\"?");
    expect_wrong(WEEKLY(",'ranking':{'trees':{'depth':99}}"), "ranking.trees.depth must be at most 16");
}

static void test_separators_of_a_list(void **state) {
    (void)state;
    prt_config c;
    pr_error error;
    static const char begin[] = "{'name':'x','items':{'files':'f','id':'i','title':'t','columns':{'l':";
    char text[256];
    snprintf(text, sizeof text, "%s{'type':'list','separators':',;/&'}}},'events':[]}", begin);
    assert_int_equal(parse(text, &c, &error), PR_OK);
    assert_string_equal(c.items.columns[0].separators, ",;/&");
    prt_config_free(&c);
    snprintf(text, sizeof text, "%s{'type':'list','separators':',','separator':';'}}},'events':[]}", begin);
    expect_wrong(text, "items.columns.l can have separator or separators, not both");
    snprintf(text, sizeof text, "%s{'type':'list','separators':',\xC3\xBC'}}},'events':[]}", begin);
    expect_wrong(text, "items.columns.l.separators must be printable ASCII");
    snprintf(text, sizeof text, "%s{'type':'text','separators':','}}},'events':[]}", begin);
    expect_wrong(text, "items.columns.l.separators means nothing for the type text");
}

static void test_a_missing_file_is_named(void **state) {
    (void)state;
    prt_config c;
    pr_error error;
    assert_int_equal(prt_config_read("/nonexistent/pocketrec.json", &c, &error), PR_E_IO);
    assert_non_null(strstr(error.message, "/nonexistent/pocketrec.json"));
}

static void test_configurations_of_the_real_sets(void **state) {
    (void)state;
    static const char *const names[] = {"workouts",      "ml-100k",     "amazon-products",
                                        "groceries",     "fimi-retail", "cranfield",
                                        "online-retail", "gowalla",     "ml-100k-purchases"};
    const char *source = getenv("PR_TEST_SOURCE");
    assert_non_null(source);
    setenv("PR_DATA", "/nowhere", 1);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[512];
        prt_config c;
        pr_error error;
        snprintf(path, sizeof path, "%s/data/real/%s.json", source, names[i]);
        if (prt_config_read(path, &c, &error) != PR_OK) {
            fail_msg("%s", error.message);
        }
        assert_string_equal(c.name, names[i]);
        prt_config_free(&c);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_settings_object),
        cmocka_unit_test(test_every_mistake_names_its_key),
        cmocka_unit_test(test_weekly_alone_takes_every_default),
        cmocka_unit_test(test_ranking_as_given),
        cmocka_unit_test(test_mistakes_in_weekly_and_ranking),
        cmocka_unit_test(test_separators_of_a_list),
        cmocka_unit_test(test_a_missing_file_is_named),
        cmocka_unit_test(test_configurations_of_the_real_sets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
