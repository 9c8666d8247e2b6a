/* Exactly N: an answer holds exactly the number asked for, unique, allowed, unseen items, or says truthfully why fewer
 * exist.
 *
 * A million random requests (PR_PROPERTY_REQUESTS; few under a sanitizer or with --quick) in two processes, over the
 * fixture's bundle and those of PR_PROPERTY_BUNDLES. Each answer is compared with a model that looks at every item of
 * the catalogue. */
#include "world.c" /* a test is one program of one file; this part has its own for reading's sake */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { VISITORS = 24, MOST_EVENTS = 40, PROCESSES = 2 };

typedef enum kind { ONBOARDING, QUERY, RETURNING, POPULAR } kind;

struct visitor {
    char *state;
    size_t size, room;
    uint32_t events;
    bool has_profile;
    bool seen[MOST_ITEMS];
    int8_t taste[MOST_ITEMS]; /* 1: liked, -1: disliked */
};

/* What a request says, as the model reads it. */
struct wish {
    kind kind;
    uint32_t n;
    double mmr, explore;
    bool hide_seen, hide_flagged, any_type, any_level, any_tag, any_instructor, by_duration, by_date;
    uint64_t types[MOST_NAMES / 64], levels[MOST_NAMES / 64], tags[MOST_NAMES / 64], instructors[MOST_NAMES / 64];
    uint64_t taboo_instructors[MOST_NAMES / 64], taboo_items[WORDS];
    int32_t duration[2], date[2];
    int phrase; /* -1: none */
    char method[8], path[96], body[4096];
};

struct run {
    struct world world;
    struct visitor visitors[VISITORS];
    pr_arena arena;
    uint64_t seed, drawn, answered, short_answers;
};

/* --- chance ----------------------------------------------------------------------------------------------------- */

static double uniform(struct run *run) {
    return pr_uniform(run->seed, run->drawn++);
}

static uint32_t below(struct run *run, uint32_t n) {
    return n ? (uint32_t)(uniform(run) * n) : 0;
}

static bool chance(struct run *run, double p) {
    return uniform(run) < p;
}

/* --- requests --------------------------------------------------------------------------------------------------- */

struct text {
    char *bytes;
    size_t used, room;
};

static void put(struct text *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct text *out, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(out->bytes + out->used, out->room - out->used, format, arguments);
    va_end(arguments);
    out->used += (size_t)size;
    if (out->used >= out->room)
        stop("a request is too long for this test", (pr_text){out->bytes, 200});
}

/* A list of 1 to `most` random names, as JSON and as bits. */
static void put_names(struct run *run, struct text *out, const struct names *names, uint32_t most, uint64_t *bits) {
    uint32_t count = 1 + below(run, most);
    put(out, "[");
    for (uint32_t i = 0; i < count; i++) {
        uint32_t chosen = below(run, names->count);
        world_set(bits, chosen);
        put(out, "%s\"%s\"", i ? "," : "", names->text[chosen]);
    }
    put(out, "]");
}

static uint32_t draw_n(struct run *run) {
    double u = uniform(run);
    return u < 0.7 ? 1 + below(run, 10) : u < 0.97 ? 1 + below(run, 30) : u < 0.998 ? 1 + below(run, 120) : 1000;
}

static void put_knobs(struct run *run, struct text *out, struct wish *wish) {
    static const char *const priors[] = {"\"learned\"", "\"none\"", "{\"alpha\":2,\"beta\":5}",
                                         "{\"alpha\":0,\"beta\":0}"};
    wish->mmr = chance(run, 0.4) ? 1.0 : below(run, 5) / 4.0;
    wish->explore = chance(run, 0.06) ? below(run, 5) / 4.0 : 0.0;
    put(out, "\"knobs\":{\"mmr\":%g,\"explore\":%g,\"prior\":%s,\"freshness\":%g,\"backoff\":%s,\"views\":%g}",
        wish->mmr, wish->explore, priors[below(run, 4)], below(run, 3) / 100.0, chance(run, 0.8) ? "true" : "false",
        below(run, 4) / 10.0);
}

static void make_onboarding(struct run *run, struct wish *wish, struct text *out) {
    const struct world *world = &run->world;
    uint64_t ignored[MOST_NAMES / 64] = {0};
    static const char *const levels[] = {"Beginner", "Intermediate", "Advanced"};
    strcpy(wish->method, "POST");
    strcpy(wish->path, "/api/v1/onboarding");
    put(out, "{\"n\":%u", wish->n);
    if (chance(run, 0.5))
        put(out, ",\"age\":%u", 18 + below(run, 60));
    else if (chance(run, 0.8))
        put(out, ",\"age\":\"%s\"", world->ages.text[below(run, world->ages.count)]);
    if (chance(run, 0.9))
        put(out, ",\"level\":\"%s\"", levels[below(run, 3)]);
    if (chance(run, 0.9)) {
        put(out, ",\"types\":");
        put_names(run, out, &world->types, 4, ignored);
    }
    put(out, ",");
    put_knobs(run, out, wish);
    put(out, "}");
}

static void put_filters(struct run *run, struct wish *wish, struct text *out) {
    const struct world *world = &run->world;
    put(out, ",\"filter\":{\"duration\":{");
    wish->by_duration = true;
    wish->duration[0] = (int32_t)below(run, 40);
    wish->duration[1] = wish->duration[0] + (int32_t)below(run, 80);
    put(out, "\"min\":%d,\"max\":%d}", wish->duration[0], wish->duration[1]);
    if ((wish->any_type = chance(run, 0.3))) {
        put(out, ",\"type\":");
        put_names(run, out, &world->types, 3, wish->types);
    }
    if ((wish->any_level = chance(run, 0.3))) {
        put(out, ",\"level\":");
        put_names(run, out, &world->levels, 2, wish->levels);
    }
    if ((wish->any_tag = chance(run, 0.3))) {
        put(out, ",\"tags\":");
        put_names(run, out, &world->tags, 4, wish->tags);
    }
    if ((wish->any_instructor = chance(run, 0.1))) {
        put(out, ",\"instructor\":");
        put_names(run, out, &world->instructors, 8, wish->instructors);
    }
    if ((wish->by_date = chance(run, 0.2))) {
        wish->date[0] = 19500 + (int32_t)below(run, 600);
        wish->date[1] = wish->date[0] + (int32_t)below(run, 900);
        put(out, ",\"release_date\":{\"min\":%d,\"max\":%d}", wish->date[0], wish->date[1]);
    }
    put(out, "}");
}

static void put_taboos(struct run *run, struct wish *wish, struct text *out) {
    const struct world *world = &run->world;
    wish->hide_seen = chance(run, 0.7);
    wish->hide_flagged = chance(run, 0.5);
    put(out, ",\"must_not\":{\"seen\":%s,\"flagged\":%s", wish->hide_seen ? "true" : "false",
        wish->hide_flagged ? "true" : "false");
    if (chance(run, 0.4)) {
        put(out, ",\"instructors\":");
        put_names(run, out, &world->instructors, 6, wish->taboo_instructors);
    }
    if (chance(run, 0.5)) {
        uint32_t count = below(run, 40);
        put(out, ",\"ids\":[\"nobody\"");
        for (uint32_t i = 0; i < count; i++) {
            uint32_t chosen = below(run, chance(run, 0.5) ? world->count : world->count / 10 + 1);
            world_set(wish->taboo_items, chosen);
            put(out, ",\"%s\"", world->items[chosen].id);
        }
        put(out, "]");
    }
    put(out, "}");
}

static void make_query(struct run *run, struct wish *wish, struct text *out) {
    uint64_t ignored[MOST_NAMES / 64] = {0};
    strcpy(wish->method, "POST");
    strcpy(wish->path, "/api/v1/workouts/query");
    put(out, "{\"n\":%u", wish->n);
    if (chance(run, 0.4)) {
        wish->phrase = (int)below(run, PHRASES);
        put(out, ",\"must\":{\"keywords\":\"%s\"}", run->world.phrases[wish->phrase]);
    }
    if (chance(run, 0.5))
        put_filters(run, wish, out);
    if (chance(run, 0.5))
        put_taboos(run, wish, out);
    if (chance(run, 0.3)) {
        put(out, ",\"should\":{\"types\":");
        put_names(run, out, &run->world.types, 3, ignored);
        put(out, "}");
    }
    put(out, ",");
    put_knobs(run, out, wish);
    put(out, "}");
}

static void make_wish(struct run *run, const struct visitor *visitor, struct wish *wish) {
    memset(wish, 0, offsetof(struct wish, method));
    wish->phrase = -1;
    wish->n = draw_n(run);
    wish->mmr = 0.5; /* of the settings; only used where a request says otherwise */
    wish->hide_seen = wish->hide_flagged = true;
    wish->body[0] = 0;
    struct text out = {wish->body, 0, sizeof wish->body};
    double u = uniform(run);
    wish->kind = u < 0.5 ? ONBOARDING : u < 0.85 ? QUERY : u < 0.95 && visitor->has_profile ? RETURNING : POPULAR;
    if (wish->kind == ONBOARDING) {
        make_onboarding(run, wish, &out);
    } else if (wish->kind == QUERY) {
        make_query(run, wish, &out);
    } else {
        strcpy(wish->method, "GET");
        snprintf(wish->path, sizeof wish->path, "%s?n=%u",
                 wish->kind == POPULAR ? "/api/v1/items/popular" : "/api/v1/workouts/recommendations", wish->n);
        wish->hide_seen = wish->kind == RETURNING;
    }
}

/* --- the model -------------------------------------------------------------------------------------------------- */

static bool any_bit(const uint64_t *a, const uint64_t *b) {
    for (uint32_t i = 0; i < MOST_NAMES / 64; i++) {
        if (a[i] & b[i])
            return true;
    }
    return false;
}

static bool within(int32_t value, const int32_t *bounds) {
    return value != INT32_MIN && value >= bounds[0] && value <= bounds[1];
}

static bool passes(const struct wish *wish, const struct item *item) {
    return (!wish->any_type || world_bit(wish->types, item->type)) &&
           (!wish->any_level || world_bit(wish->levels, item->level)) &&
           (!wish->any_tag || any_bit(wish->tags, item->tags)) &&
           (!wish->any_instructor || world_bit(wish->instructors, item->instructor)) &&
           (!wish->by_duration || within(item->duration, wish->duration)) &&
           (!wish->by_date || within(item->date, wish->date));
}

/* Mark what may be shown; returns how many, and how many there are before any rule. */
static uint32_t allow(const struct run *run, const struct visitor *visitor, const struct wish *wish, bool *allowed,
                      uint32_t *pool) {
    const struct world *world = &run->world;
    int32_t balance[MOST_NAMES + 1] = {0};
    uint32_t count = 0;
    *pool = 0;
    for (uint32_t i = 0; i < world->count; i++)
        balance[world->items[i].instructor] -= visitor->taste[i];
    for (uint32_t i = 0; i < world->count; i++) {
        const struct item *item = &world->items[i];
        bool there = wish->phrase < 0 || world_bit(world->matches[wish->phrase], i);
        *pool += there;
        allowed[i] = there && visitor->taste[i] >= 0 && !(visitor->seen[i] && wish->hide_seen) &&
                     !world_bit(wish->taboo_items, i) && !world_bit(wish->taboo_instructors, item->instructor) &&
                     !(world->flagged[item->instructor] && wish->hide_flagged) && balance[item->instructor] < 2 &&
                     passes(wish, item);
        count += allowed[i];
    }
    return count;
}

/* --- checking answers ------------------------------------------------------------------------------------------- */

static double number(const pr_json *object, const char *key) {
    const pr_json *value = pr_json_get(object, key);
    return value && value->type == PR_JSON_NUMBER ? value->number : -1e300;
}

/* What is wrong with one result, or NULL. */
static const char *check_result(const struct run *run, const struct wish *wish, const pr_json *result,
                                uint32_t position, const bool *allowed, bool *used) {
    const pr_json *id = pr_json_get(result, "id"), *parts = pr_json_get(result, "parts");
    uint32_t i = id && id->type == PR_JSON_STRING ? world_find(&run->world, id->string, id->size) : MOST_ITEMS;
    if (i == MOST_ITEMS)
        return "an item is returned that is not in the catalogue";
    if (used[i])
        return "an item is returned twice";
    used[i] = true;
    if (!allowed[i])
        return "an item is returned that a rule or filter forbids";
    if (number(result, "position") != position)
        return "positions do not count from 1";
    double sum = 0, score = number(result, "score"), propensity = number(result, "propensity");
    for (const pr_json *part = parts ? parts->first : NULL; part; part = part->next)
        sum += part->number;
    double off = sum - score, tolerance = score > 1 ? 1e-6 * score : 1e-6;
    if (!(off <= tolerance && off >= -tolerance))
        return "the parts do not add up to the score";
    if (wish->explore > 0 ? !(propensity > 0 && propensity <= 1) : propensity != 1)
        return "the propensity is wrong";
    return NULL;
}

/* Without diversity and exploration results come in the order of their ranks. */
static const char *check_order(const struct wish *wish, const pr_json *list) {
    bool ranked = wish->kind == POPULAR || (wish->mmr == 1 && wish->explore == 0);
    double last = 0, last_score = 1e300;
    for (const pr_json *result = list->first; ranked && result; result = result->next) {
        double rank = number(pr_json_get(pr_json_get(result, "explain"), "mmr"), "rank_before");
        double score = number(result, "score");
        if (rank <= last)
            return "ranks do not rise";
        if ((wish->kind == QUERY || wish->kind == POPULAR) && score > last_score)
            return "scores do not fall";
        last = rank;
        last_score = score;
    }
    return NULL;
}

static const char *check_reason(const struct wish *wish, const pr_json *reason, uint32_t returned, uint32_t allowed,
                                uint32_t pool) {
    if (returned == wish->n)
        return reason && reason->type == PR_JSON_NULL ? NULL : "a full answer gives a reason";
    const char *right = wish->phrase >= 0 && pool == 0 ? "no_match"
                        : allowed < pool               ? "filtered_out"
                                                       : "catalogue_exhausted";
    return pr_json_is(reason, right) ? NULL : "the reason for fewer is not the true one";
}

static const char *check(const struct run *run, const struct visitor *visitor, const struct wish *wish,
                         const pr_json *answer) {
    bool allowed[MOST_ITEMS], used[MOST_ITEMS] = {false};
    uint32_t pool, most = allow(run, visitor, wish, allowed, &pool), position = 0;
    const pr_json *list = pr_json_get(answer, "recommendations");
    if (!list || list->type != PR_JSON_ARRAY)
        return "there is no list";
    for (const pr_json *result = list->first; result; result = result->next) {
        const char *wrong = check_result(run, wish, result, ++position, allowed, used);
        if (wrong)
            return wrong;
    }
    if (position > wish->n || number(answer, "requested") != wish->n || number(answer, "returned") != position)
        return "the counts are wrong";
    if (position != (wish->n < most ? wish->n : most))
        return "fewer are returned than allowed items exist";
    const char *wrong = check_order(wish, list);
    return wrong ? wrong : check_reason(wish, pr_json_get(answer, "reason"), position, most, pool);
}

/* --- visitors --------------------------------------------------------------------------------------------------- */

static void forget(struct visitor *visitor) {
    char *state = visitor->state;
    size_t room = visitor->room;
    memset(visitor, 0, sizeof *visitor);
    visitor->state = state;
    visitor->room = room;
}

static void keep(struct visitor *visitor, const pr_response *response) {
    if (!response->state_changed)
        return;
    if (response->state.size > visitor->room) {
        visitor->room = response->state.size * 2;
        visitor->state = realloc(visitor->state, visitor->room);
        if (!visitor->state)
            stop("out of memory", (pr_text){"", 0});
    }
    memcpy(visitor->state, response->state.bytes, response->state.size);
    visitor->size = response->state.size;
}

/* The visitor does something, often with what is popular, so that it shows. */
static void add_event(struct run *run, struct visitor *visitor) {
    static const char *const types[] = {"start", "complete", "abandon", "like", "dislike"};
    uint32_t type = below(run, 5), i = below(run, chance(run, 0.5) ? run->world.count : run->world.count / 8 + 1);
    char body[160];
    pr_response response;
    snprintf(body, sizeof body, "{\"type\":\"%s\",\"item\":\"%s\"}", types[type], run->world.items[i].id);
    world_ask(run->world.engine, "POST", "/api/v1/events", body, (pr_text){visitor->state, visitor->size}, 0, &response,
              &run->arena);
    if (response.status != 201)
        stop("an event is refused", response.body);
    keep(visitor, &response);
    visitor->events++;
    if (type < 3)
        visitor->seen[i] = true;
    else
        visitor->taste[i] = type == 3 ? 1 : -1;
}

/* --- the test --------------------------------------------------------------------------------------------------- */

static bool one_request(struct run *run) {
    static struct wish wish;
    pr_response response;
    struct visitor *visitor = &run->visitors[below(run, VISITORS)];
    if (visitor->events == MOST_EVENTS)
        forget(visitor);
    if (chance(run, 0.06))
        add_event(run, visitor);
    make_wish(run, visitor, &wish);
    pr_arena_reset(&run->arena);
    const pr_json *answer = world_ask(run->world.engine, wish.method, wish.path, wish.body,
                                      (pr_text){visitor->state, visitor->size}, run->drawn, &response, &run->arena);
    const char *wrong = response.status == 200 ? check(run, visitor, &wish, answer) : "the request is refused";
    if (wrong) {
        fprintf(stderr, "property test: %s\n%s %s\nbody: %s\nstate: %.*s\nseed: %llu\nanswer: %.*s\n", wrong,
                wish.method, wish.path, wish.body, (int)visitor->size, visitor->state, (unsigned long long)run->drawn,
                (int)(response.body.size < 3000 ? response.body.size : 3000), response.body.bytes);
        return false;
    }
    run->answered++;
    run->short_answers += pr_json_get(answer, "reason")->type != PR_JSON_NULL;
    keep(visitor, &response);
    visitor->has_profile = visitor->has_profile || pr_json_get(answer, "segments")->size > 0;
    if (wish.kind == ONBOARDING)
        visitor->has_profile =
            strstr(wish.body, "\"age\"") || strstr(wish.body, "\"level\"") || strstr(wish.body, "\"types\"");
    return true;
}

static bool ask_bundle(const char *directory, uint64_t seed, uint64_t requests) {
    pr_test_bundle bundle;
    pr_engine *engine;
    pr_error error = {PR_OK, 0, ""};
    struct run *run = calloc(1, sizeof *run);
    if (!run)
        return false;
    pr_test_bundle_read(directory, &bundle);
    if (pr_test_bundle_open(&bundle, NULL, &engine, &error) != PR_OK) {
        fprintf(stderr, "property test: %s\n", error.message);
        return false;
    }
    run->seed = seed;
    pr_arena_init(&run->arena, NULL, 0);
    world_survey(&run->world, engine);
    bool good = true;
    for (uint64_t i = 0; good && i < requests; i++)
        good = one_request(run);
    if (good)
        printf("%s: %llu requests, %llu with fewer results than asked for, no violation\n", directory,
               (unsigned long long)run->answered, (unsigned long long)run->short_answers);
    for (uint32_t i = 0; i < VISITORS; i++)
        free(run->visitors[i].state);
    pr_arena_free(&run->arena);
    pr_engine_close(engine);
    pr_test_bundle_free(&bundle);
    free(run);
    fflush(stdout);
    return good;
}

/* A bundle larger than the fixture's, made by the command where the tests know it; else nothing. */
static const char *make_bundle(void) {
    const char *command = getenv("PR_TEST_COMMAND");
    char line[8192];
    snprintf(line, sizeof line,
             "rm -rf property_data && '%s' synth workouts --users 900 --workouts 300 --sessions 15000 --feedback 6000 "
             "--seed 5 --out property_data 2>property.log && '%s' train property_data/pocketrec.json --out "
             "property_data/bundle >>property.log 2>&1",
             command, command);
    return command && system(line) == 0 ? "property_data/bundle" : NULL;
}

static uint64_t wanted_requests;

static const char *more; /* bundles, parted by ':' */

/* The first bundle, a small one, is asked most: what goes wrong at the ends of lists goes wrong there. */
static bool ask_all(uint64_t seed, uint64_t requests) {
    const char *fixture = getenv("PR_TEST_BUNDLE");
    char all[8192];
    snprintf(all, sizeof all, "%s%s%s", fixture ? fixture : "", fixture && more ? ":" : "", more ? more : "");
    uint64_t count = 1, at = 0;
    for (const char *c = all; *c; c++)
        count += *c == ':';
    char *rest = NULL;
    for (char *directory = strtok_r(all, ":", &rest); directory; directory = strtok_r(NULL, ":", &rest)) {
        uint64_t share = count == 1 ? requests : at == 0 ? requests / 10 * 7 : requests / 10 * 3 / (count - 1);
        if (!ask_bundle(directory, pr_mix64(seed * 1000 + at++), share))
            return false;
    }
    return at > 0;
}

static void exactly_n(void **unused) {
    (void)unused;
    pid_t children[PROCESSES];
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0)
            _exit(ask_all((uint64_t)i + 1, wanted_requests / PROCESSES) ? 0 : 1);
    }
    bool good = true;
    for (int i = 0; i < PROCESSES; i++) {
        int status = 0;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        good = good && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    assert_true(good);
}

int main(int argc, char **argv) {
    const char *given = getenv("PR_PROPERTY_REQUESTS");
#ifdef __SANITIZE_ADDRESS__
    wanted_requests = 20000;
#else
    wanted_requests = 1000000;
#endif
    if (argc > 1 && strcmp(argv[1], "--quick") == 0)
        wanted_requests = 20000;
    if (given)
        wanted_requests = strtoull(given, NULL, 10);
    more = getenv("PR_PROPERTY_BUNDLES");
    if (!more)
        more = make_bundle();
    const struct CMUnitTest tests[] = {cmocka_unit_test(exactly_n)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
