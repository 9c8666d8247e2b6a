/* The ranking's part of a bundle: weekly tables against the raw log, settings, the choice of the model, privacy,
 * memory. Needs libxgboost.so: in POCKETREC_XGBOOST, else where the build puts it. */
#define _GNU_SOURCE /* memmem */
#include "choose.h"
#include "ingest_support.h"
#include "safetensors.h"
#include "train.h"

#include <math.h>

enum { USERS = 80, ITEMS = 40, MOST_WEEK = 80, MIN_USERS = 5, CREATED = 1763683200 /* Friday 2025-11-21 */ };

static const char config_text[] =
    "{'name':'x','version':'1','items':{'files':'items.csv','id':'id','title':'name','columns':{"
    "'specialities':{'type':'list','separators':',;'},'price':{'type':'real'}}},"
    "'users':{'files':'users.csv','id':'user_id','columns':{'goal':{'type':'category'}}},'events':[],"
    "'weekly':{'files':'log.csv'%s},'ranking':{'goal':{'user':'goal','item':'specialities',"
    "'synonyms':[['rehab','injury recovery']]},'trees':{'count':%d,'depth':%d},'model':'%s'},"
    "'limits':{'min_users':5}}";

typedef struct cell {
    uint32_t impressions, clicks, views, likes;
    uint64_t watch;
} cell;

/* The log as it was written. */
static struct {
    cell pairs[MOST_WEEK + 1][ITEMS][USERS];
    uint32_t first_week, last_week;
} truth;

static const char *goal_of(uint32_t user) {
    return user < MIN_USERS - 1 ? "secret surgery" : user % 2 ? "Weight loss" : "Injury recovery";
}

static bool suits(uint32_t user, uint32_t item) {
    return user >= MIN_USERS - 1 && (user % 2 ? item % 3 == 0 : item % 3 == 1);
}

static void write_entities(void) {
    FILE *items = fopen(in_folder("items.csv"), "w"), *users = fopen(in_folder("users.csv"), "w");
    fprintf(items, "id,name,specialities,price\n");
    for (uint32_t i = 0; i < ITEMS; i++)
        fprintf(items, "coach-%u,Coach %u,\"%s, Yoga\",%u.5\n", i, i,
                i % 3 == 0   ? "weight loss"
                : i % 3 == 1 ? "Rehab"
                             : "Boxing",
                10 + i);
    fprintf(users, "user_id,goal\n");
    for (uint32_t u = 0; u < USERS; u++)
        fprintf(users, "person-%u-xq,%s\n", u, goal_of(u));
    fclose(items);
    fclose(users);
}

/* Later items are shown to few people. In the weeks from `silent` on nobody clicks. */
static void write_log(uint32_t first, uint32_t last, uint32_t silent) {
    FILE *log = fopen(in_folder("log.csv"), "w");
    memset(&truth, 0, sizeof truth);
    truth.first_week = first;
    truth.last_week = last;
    fprintf(log, "user_id,trainer_id,week,impressions,clicks,video_views,avg_watch_time,likes\n");
    for (uint32_t week = first; week <= last; week++) {
        for (uint32_t item = 0; item < ITEMS; item++) {
            for (uint32_t user = 0; user < USERS; user++) {
                uint64_t n = ((uint64_t)week * ITEMS + item) * USERS + user;
                cell *c = &truth.pairs[week][item][user];
                if (pr_uniform(5, n) > 0.5 * (1 - (double)item / ITEMS))
                    continue;
                c->impressions = 1 + (uint32_t)(3 * pr_uniform(6, n));
                double chance = (suits(user, item) ? 0.6 : 0.1) * (item % 5 == 0 ? 1.5 : 1);
                c->clicks = week < silent && pr_uniform(7, n) < chance;
                c->views = c->clicks && pr_uniform(8, n) < 0.7;
                c->likes = c->views && pr_uniform(9, n) < 0.3;
                c->watch = c->views ? 400 : 0;
                fprintf(log, "person-%u-xq,coach-%u,%u,%u,%u,%u,%s,%u\n", user, item, week, c->impressions, c->clicks,
                        c->views, c->views ? "0.4" : "", c->likes);
            }
        }
    }
    fclose(log);
}

typedef struct trained {
    prt_config config;
    prt_dataset dataset;
    prt_packed packed;
} trained;

static void must(pr_status status, const pr_error *error) {
    if (status != PR_OK)
        fail_msg("%s", error->message);
}

static int trees = 20, depth = 3;

static void read_world(const char *more, const char *model, trained *out) {
    char text[2048];
    pr_error error = {0};
    memset(out, 0, sizeof *out);
    snprintf(text, sizeof text, config_text, more, trees, depth, model);
    for (char *c = text; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    must(prt_config_parse(text, strlen(text), in_folder("pocketrec.json"), &out->config, &error), &error);
    must(prt_ingest_chunked(&out->config, 2, 4096, &out->dataset, &error), &error);
}

static void train_world(const char *more, const char *model, int threads, trained *out) {
    pr_error error = {0};
    read_world(more, model, out);
    must(prt_train(&out->config, &out->dataset, threads, CREATED, &out->packed, &error), &error);
}

static void free_trained(trained *t) {
    prt_packed_free(&t->packed);
    prt_dataset_free(&t->dataset);
    prt_config_free(&t->config);
}

static const prt_packed_shard *shard_of(const prt_packed *packed, const char *table) {
    for (uint32_t i = 0; i < packed->shard_count; i++) {
        if (strcmp(packed->shards[i].table, table) == 0)
            return &packed->shards[i];
    }
    return NULL;
}

static pr_safetensors open_shard(const prt_packed_shard *shard, pr_arena *arena) {
    pr_safetensors file;
    pr_error error = {0};
    assert_non_null(shard);
    must(pr__safetensors_read(shard->bytes, shard->size, shard->file, arena, &file, &error), &error);
    return file;
}

static const pr_json *manifest_of(const prt_packed *packed, pr_arena *arena) {
    const pr_json *root;
    pr_error error = {0};
    must(pr_json_parse(packed->manifest.bytes, packed->manifest.size, NULL, arena, &root, &error), &error);
    return root;
}

static bool holds(const char *bytes, size_t size, const char *text) {
    return memmem(bytes, size, text, strlen(text)) != NULL;
}

static bool bundle_holds(const prt_packed *packed, const char *text) {
    bool found = holds(packed->manifest.bytes, packed->manifest.size, text);
    for (uint32_t i = 0; i < packed->shard_count; i++)
        found = found || holds(packed->shards[i].bytes, packed->shards[i].size, text);
    return found;
}

/* ---- tables ---- */

static void weeks_are_everyones_sums(void **state) {
    (void)state;
    trained t;
    pr_arena arena = {0};
    pr_error error = {0};
    const pr_tensor_view *week, *totals;
    write_log(3, 70, 71); /* more than the 52 that a bundle holds */
    train_world("", "popularity", 1, &t);
    const prt_packed_shard *shard = shard_of(&t.packed, "weeks");
    pr_safetensors file = open_shard(shard, &arena);
    assert_int_equal(shard->rows, 52);
    must(pr__tensor(&file, "week", "", PR_I32, 52, &week, &error), &error);
    must(pr__tensor(&file, "totals", "", PR_I64, PR_ANY_COUNT, &totals, &error), &error);
    assert_int_equal(totals->shape[0], 52);
    assert_int_equal(totals->shape[1], 5);
    for (uint32_t r = 0; r < 52; r++) {
        int64_t sums[5] = {0};
        uint32_t number = 70 - 51 + r;
        assert_int_equal(((const int32_t *)week->data)[r], number);
        for (uint32_t i = 0; i < ITEMS * USERS; i++) {
            const cell *c = &truth.pairs[number][i / USERS][i % USERS];
            sums[0] += c->impressions, sums[1] += c->clicks, sums[2] += c->views, sums[3] += c->likes;
            sums[4] += (int64_t)c->watch;
        }
        assert_memory_equal((const int64_t *)totals->data + 5 * r, sums, sizeof sums);
    }
    pr_arena_free(&arena);
    free_trained(&t);
}

/* Rows of the input in the order of the bundle: by clicks, then as they were. */
static void order_items(uint32_t order[ITEMS]) {
    uint32_t clicks[ITEMS] = {0};
    for (uint32_t i = 0; i < ITEMS; i++) {
        for (uint32_t n = truth.first_week * USERS; n < (truth.last_week + 1) * USERS; n++)
            clicks[i] += truth.pairs[n / USERS][i][n % USERS].clicks;
    }
    for (uint32_t n = 0; n < ITEMS; n++) {
        uint32_t best = 0;
        for (uint32_t i = 1; i < ITEMS; i++)
            best = clicks[i] != UINT32_MAX && (clicks[best] == UINT32_MAX || clicks[i] > clicks[best]) ? i : best;
        order[n] = best;
        clicks[best] = UINT32_MAX;
    }
}

/* The item's sum of a week, and how many people stand behind it. */
static cell item_sum(uint32_t week, uint32_t item, uint32_t *people) {
    cell sum = {0};
    *people = 0;
    for (uint32_t u = 0; u < USERS; u++) {
        const cell *c = &truth.pairs[week][item][u];
        sum.impressions += c->impressions, sum.clicks += c->clicks, sum.views += c->views, sum.likes += c->likes;
        sum.watch += c->watch;
        *people += c->impressions > 0;
    }
    return sum;
}

static void check_weekly(const prt_packed *packed, uint32_t first_row_week) {
    uint32_t order[ITEMS], at = 0, withheld = 0;
    uint64_t count;
    pr_arena arena = {0};
    pr_error error = {0};
    const prt_packed_shard *shard = shard_of(packed, "weekly");
    pr_safetensors file = open_shard(shard, &arena);
    const uint32_t *offsets;
    const pr_tensor_view *watch;
    pr_uints week, columns[4];
    static const char *const names[] = {"impressions", "clicks", "views", "likes"};
    must(pr__tensor_uints(&file, "week", "", PR_ANY_COUNT, UINT32_MAX, &week, &count, &error), &error);
    for (int i = 0; i < 4; i++)
        must(pr__tensor_uints(&file, names[i], "", count, UINT32_MAX, &columns[i], NULL, &error), &error);
    must(pr__tensor(&file, "watch", "", PR_U32, count, &watch, &error), &error);
    must(pr__tensor_offsets(&file, "offsets", "", ITEMS, count, &offsets, &error), &error);
    assert_int_equal(shard->rows, ITEMS);
    order_items(order);
    for (uint32_t n = 0; n < ITEMS; n++) {
        assert_int_equal(offsets[n], at);
        for (uint32_t w = first_row_week; w <= truth.last_week; w++) {
            uint32_t people;
            cell sum = item_sum(w, order[n], &people);
            withheld += people > 0 && people < MIN_USERS;
            if (people < MIN_USERS)
                continue;
            assert_int_equal(pr__uint(week, at), w - first_row_week);
            assert_int_equal(pr__uint(columns[0], at), sum.impressions);
            assert_int_equal(pr__uint(columns[1], at), sum.clicks);
            assert_int_equal(pr__uint(columns[2], at), sum.views);
            assert_int_equal(pr__uint(columns[3], at), sum.likes);
            assert_int_equal(((const uint32_t *)watch->data)[at++], sum.watch);
        }
    }
    assert_int_equal(at, count);
    assert_true(withheld > 5); /* else the test shows nothing */
    pr_arena_free(&arena);
}

static void weekly_is_the_log_without_small_cells(void **state) {
    (void)state;
    trained t;
    write_log(2, 7, 8);
    train_world("", "popularity", 1, &t);
    check_weekly(&t.packed, 2);
    free_trained(&t);
    write_log(1, 60, 61);
    train_world("", "popularity", 1, &t);
    check_weekly(&t.packed, 9);
    free_trained(&t);
}

static void watch_is_saturated(void **state) {
    (void)state;
    trained t;
    pr_arena arena = {0};
    pr_error error = {0};
    const pr_tensor_view *watch;
    FILE *log = fopen(in_folder("log.csv"), "w");
    fprintf(log, "user_id,trainer_id,week,impressions,clicks,video_views,avg_watch_time,likes\n");
    for (uint32_t u = 0; u < MIN_USERS; u++)
        fprintf(log, "person-%u-xq,coach-3,1,9000000,9000000,9000000,0.9,0\n", u);
    fclose(log);
    train_world("", "popularity", 1, &t);
    pr_safetensors file = open_shard(shard_of(&t.packed, "weekly"), &arena);
    must(pr__tensor(&file, "watch", "", PR_U32, 1, &watch, &error), &error);
    assert_int_equal(*(const uint32_t *)watch->data, UINT32_MAX);
    pr_arena_free(&arena);
    free_trained(&t);
}

/* ---- settings ---- */

static double number_at(const pr_json *object, const char *key) {
    const pr_json *value = pr_json_get(object, key);
    assert_non_null(value);
    assert_int_equal(value->type, PR_JSON_NUMBER);
    return value->number;
}

static void settings_say_what_was_learned(void **state) {
    (void)state;
    trained t;
    pr_arena arena = {0};
    write_log(1, 5, 6);
    train_world(",'start':'2025-10-06'", "boosting", 1, &t);
    const pr_json *root = manifest_of(&t.packed, &arena), *needs = pr_json_get(root, "needs"),
                  *r = pr_json_get(pr_json_get(root, "settings"), "ranking"), *goals = pr_json_get(r, "goals"),
                  *features = pr_json_get(r, "features"), *metrics = pr_json_get(root, "metrics");
    assert_int_equal(needs->size, 1);
    assert_string_equal(needs->first->string, "ranking");
    assert_string_equal(pr_json_get(r, "model")->string, "boosting");
    assert_string_equal(pr_json_get(r, "goal_column")->string, "specialities");
    assert_int_equal(goals->size, 2); /* without the one of four people */
    assert_string_equal(goals->first->string, "Injury recovery");
    assert_string_equal(goals->first->next->string, "Weight loss");
    assert_int_equal(pr_json_get(r, "synonyms")->size, 1);
    assert_true(number_at(r, "first_week") == 1 && number_at(r, "last_week") == 5);
    assert_true(number_at(r, "next_week_start") == 1759708800 + 5 * 604800.0); /* 2025-10-06 and five weeks */
    assert_true(number_at(r, "decay") == 0.8 && number_at(r, "ctr_strength") == 20 && number_at(r, "topk") == 5);
    const pr_json *last = features->first;
    assert_string_equal(pr_json_get(last, "name")->string, "impressions");
    assert_null(pr_json_get(last, "argument"));
    while (last->next)
        last = last->next;
    assert_string_equal(pr_json_get(last, "kind")->string, "column");
    assert_string_equal(pr_json_get(last, "argument")->string, "price");
    assert_true(number_at(metrics, "model_ndcg") > 0.2 && number_at(metrics, "model_ndcg") <= 1);
    assert_true(number_at(metrics, "weekly_rows") == (double)t.dataset.weekly.count);
    assert_true(number_at(metrics, "model_rows") > 0 && number_at(metrics, "users") == USERS);
    assert_int_equal(shard_of(&t.packed, "trees")->rows, 20);
    pr_arena_free(&arena);
    free_trained(&t);
}

static void without_a_start_the_next_week_is_that_of_the_training(void **state) {
    (void)state;
    trained t;
    pr_arena arena = {0};
    write_log(1, 3, 4);
    train_world("", "popularity", 1, &t);
    const pr_json *r = pr_json_get(pr_json_get(manifest_of(&t.packed, &arena), "settings"), "ranking");
    assert_true(number_at(r, "next_week_start") == 1763337600); /* Monday 2025-11-17 */
    pr_arena_free(&arena);
    free_trained(&t);
}

static void without_a_log_nothing_is_said(void **state) {
    (void)state;
    static const char text[] = "{\"name\":\"x\",\"version\":\"1\",\"items\":{\"files\":\"items.csv\",\"id\":\"id\","
                               "\"title\":\"name\",\"columns\":{\"price\":{\"type\":\"real\"}}},\"events\":[{\"files\":"
                               "\"events.csv\",\"user\":\"u\",\"item\":\"i\",\"type\":\"like\"}]}";
    trained t = {0};
    pr_arena arena = {0};
    pr_error error = {0};
    write_text("events.csv", "u,i\na,coach-1\nb,coach-1\n");
    must(prt_config_parse(text, strlen(text), in_folder("pocketrec.json"), &t.config, &error), &error);
    must(prt_ingest(&t.config, 1, &t.dataset, &error), &error);
    must(prt_train(&t.config, &t.dataset, 1, CREATED, &t.packed, &error), &error);
    const pr_json *root = manifest_of(&t.packed, &arena);
    static const char *const tables[] = {"weeks", "weekly", "trees", "linear"};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        assert_null(shard_of(&t.packed, tables[i]));
    assert_null(pr_json_get(root, "needs"));
    assert_null(pr_json_get(pr_json_get(root, "settings"), "ranking"));
    assert_null(pr_json_get(pr_json_get(root, "metrics"), "weekly_rows"));
    pr_arena_free(&arena);
    free_trained(&t);
}

/* ---- privacy ---- */

static void nobody_can_be_found_in_a_bundle(void **state) {
    (void)state;
    trained t;
    char id[32];
    write_log(1, 6, 7);
    train_world("", "listwise", 1, &t);
    for (uint32_t u = 0; u < USERS; u++) {
        snprintf(id, sizeof id, "person-%u-xq", u);
        assert_false(bundle_holds(&t.packed, id));
    }
    assert_false(bundle_holds(&t.packed, "secret"));
    assert_false(bundle_holds(&t.packed, "surgery"));
    assert_true(bundle_holds(&t.packed, "Injury recovery")); /* what is looked for would be found */
    free_trained(&t);
}

/* ---- the model ---- */

static void threads_do_not_matter(void **state) {
    (void)state;
    static const int threads[] = {2, 3, 8};
    trained one, many;
    write_log(1, 5, 6);
    train_world("", "auto", 1, &one);
    for (size_t n = 0; n < sizeof threads / sizeof *threads; n++) {
        train_world("", "auto", threads[n], &many);
        assert_int_equal(one.packed.manifest.size, many.packed.manifest.size);
        assert_memory_equal(one.packed.manifest.bytes, many.packed.manifest.bytes, one.packed.manifest.size);
        free_trained(&many);
    }
    free_trained(&one);
}

static double ndcg_of(const prt_packed *packed, char model[32]) {
    pr_arena arena = {0};
    const pr_json *root = manifest_of(packed, &arena);
    double ndcg = number_at(pr_json_get(root, "metrics"), "model_ndcg");
    snprintf(model, 32, "%s", pr_json_get(pr_json_get(pr_json_get(root, "settings"), "ranking"), "model")->string);
    pr_arena_free(&arena);
    return ndcg;
}

/* auto is the first of those that are best when each is asked for by its name. */
static void auto_is_the_best(void **state) {
    (void)state;
    trained t;
    char best[32] = "", chosen[32], name[32];
    double most = -1;
    write_log(1, 6, 7);
    for (int kind = 0; kind < PRT_MODELS; kind++) {
        train_world("", prt_model_name((prt_model_kind)kind), 2, &t);
        double ndcg = ndcg_of(&t.packed, name);
        assert_string_equal(name, prt_model_name((prt_model_kind)kind));
        if (ndcg > most)
            memcpy(best, name, sizeof best);
        most = ndcg > most ? ndcg : most;
        free_trained(&t);
    }
    train_world("", "auto", 2, &t);
    assert_true(ndcg_of(&t.packed, chosen) == most);
    assert_string_equal(chosen, best);
    assert_string_not_equal(chosen, "popularity"); /* goals were planted */
    free_trained(&t);
}

static const char *model_without_choice(uint32_t first, uint32_t last, uint32_t silent, bool *judged) {
    static char model[32];
    trained t;
    pr_arena arena = {0};
    write_log(first, last, silent);
    train_world("", "auto", 1, &t);
    const pr_json *root = manifest_of(&t.packed, &arena);
    *judged = pr_json_get(pr_json_get(root, "metrics"), "model_ndcg") != NULL;
    snprintf(model, sizeof model, "%s",
             pr_json_get(pr_json_get(pr_json_get(root, "settings"), "ranking"), "model")->string);
    pr_arena_free(&arena);
    free_trained(&t);
    return model;
}

static void where_nothing_can_be_learned_it_is_popularity(void **state) {
    (void)state;
    bool judged;
    assert_string_equal(model_without_choice(4, 4, 5, &judged), "popularity"); /* one week */
    assert_false(judged);
    assert_string_equal(model_without_choice(1, 4, 4, &judged), "popularity"); /* no click in the last week */
    assert_false(judged);
    assert_string_equal(model_without_choice(1, 4, 1, &judged), "popularity"); /* no click at all */
    assert_false(judged);
}

static void a_log_without_rows_is_refused(void **state) {
    (void)state;
    trained t;
    pr_error error = {0};
    write_text("log.csv", "user_id,trainer_id,week,impressions,clicks,video_views,avg_watch_time,likes\n");
    read_world("", "auto", &t);
    assert_int_equal(prt_train(&t.config, &t.dataset, 1, CREATED, &t.packed, &error), PR_E_FORMAT);
    assert_non_null(strstr(error.message, "weekly.files"));
    free_trained(&t);
}

/* ---- NDCG@5 by hand ---- */

static void ndcg_is_that_of_the_definition(void **state) {
    (void)state;
    enum { ROWS = 12 };
    /* Group 0: relevant at places 2 and 7 (outside the five), 1 of 2. Group 1: nothing relevant, left out. Group 2:
     * two rows alike, the one of the smaller item is relevant and so at place 1. */
    float values[ROWS] = {7, 6, 5, 4, 3, 2, 1, 1, 2, 5, 5, 1}, labels[ROWS] = {0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0};
    uint32_t item[ROWS] = {0, 1, 2, 3, 4, 5, 6, 0, 1, 9, 8, 7}, user[ROWS] = {0}, starts[] = {0, 7, 9, 12}, groups;
    const prt_matrix matrix = {ROWS, 1, values, labels, user, item, 3, starts};
    const double weight = 2, mean = 1, scale = 0.5;
    pr_arena arena = {0};
    pr_buffer bytes = {.arena = &arena};
    pr_error error = {0};
    double got, wanted = (1 / log2(3) / (1 + 1 / log2(3)) + 1) / 2;
    must(pr_linear_write(&weight, &mean, &scale, 0, 1, &bytes, &error), &error);
    prt_ranker ranker = {.kind = PRT_MODEL_logistic, .table = "linear", .bytes = bytes.bytes, .size = bytes.size};
    must(prt_judge(&ranker, &matrix, &got, &groups, &error), &error);
    assert_int_equal(groups, 2);
    assert_true(fabs(got - wanted) < 1e-15);
    prt_matrix wider = matrix;
    wider.columns = 2;
    assert_int_equal(prt_judge(&ranker, &wider, &got, &groups, &error), PR_E_FORMAT);
    pr_arena_free(&arena);
}

/* ---- serving ---- */

typedef struct meter {
    size_t now, most;
} meter;

static void *take(void *context, size_t bytes) {
    meter *m = context;
    void *memory = malloc(bytes);
    m->now += memory ? bytes : 0;
    m->most = m->now > m->most ? m->now : m->most;
    return memory;
}

static void give_back(void *context, void *memory, size_t bytes) {
    meter *m = context;
    m->now -= memory ? bytes : 0;
    free(memory);
}

/* An engine that answers holds no more than the manifest promises; its shards count too. */
static void memory_is_what_the_manifest_says(void **state) {
    (void)state;
    trained t;
    pr_arena arena = {0};
    pr_error error = {0};
    meter m = {0};
    const pr_allocator allocator = {&m, take, give_back};
    pr_options options = PR_OPTIONS_INIT;
    pr_engine *engine;
    static const char path[] = "/api/v1/trainers/me?topk=40&min_candidates=40&explain=true";
    write_log(1, 5, 6);
    trees = 1500, depth = 12; /* so that their nodes are most of it */
    train_world("", "boosting", 2, &t);
    trees = 20, depth = 3;
    double peak = number_at(manifest_of(&t.packed, &arena), "memory_peak");
    options.allocator = &allocator;
    options.memory_limit = (size_t)peak;
    must(pr_engine_open(t.packed.manifest.bytes, t.packed.manifest.size, &options, &engine, &error), &error);
    for (uint32_t i = 0; i < t.packed.shard_count; i++) {
        must(pr_engine_attach(engine, i, t.packed.shards[i].bytes, t.packed.shards[i].size, &error), &error);
        m.most += t.packed.shards[i].size;
        m.now += t.packed.shards[i].size;
    }
    const pr_request request = {.method = {"GET", 3}, .path = {path, sizeof path - 1}, .now = CREATED};
    pr_response response = {0};
    must(pr_engine_call(engine, &request, &response, &error), &error);
    assert_int_equal(response.status, 200);
    print_message("memory: at most %zu bytes of %.0f\n", m.most, peak);
    assert_true((double)m.most <= peak);
    pr_engine_close(engine);
    pr_arena_free(&arena);
    free_trained(&t);
}

static int prepare(void **state) {
    char path[512];
    const char *source = getenv("PR_TEST_SOURCE");
    snprintf(path, sizeof path, "%s/build/xgboost", source ? source : ".");
    setenv("POCKETREC_XGBOOST", path, 0);
    if (make_folder(state) != 0)
        return -1;
    write_entities();
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weeks_are_everyones_sums),
        cmocka_unit_test(weekly_is_the_log_without_small_cells),
        cmocka_unit_test(watch_is_saturated),
        cmocka_unit_test(settings_say_what_was_learned),
        cmocka_unit_test(without_a_start_the_next_week_is_that_of_the_training),
        cmocka_unit_test(without_a_log_nothing_is_said),
        cmocka_unit_test(nobody_can_be_found_in_a_bundle),
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(auto_is_the_best),
        cmocka_unit_test(where_nothing_can_be_learned_it_is_popularity),
        cmocka_unit_test(a_log_without_rows_is_refused),
        cmocka_unit_test(ndcg_is_that_of_the_definition),
        cmocka_unit_test(memory_is_what_the_manifest_says),
    };
    return cmocka_run_group_tests(tests, prepare, remove_folder);
}
