/* Reading the catalogue through the routes, as any visitor could. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t NOW = 1763683200;

static _Noreturn void stop(const char *what, pr_text detail) {
    fprintf(stderr, "property test: %s: %.*s\n", what, (int)(detail.size < 600 ? detail.size : 600), detail.bytes);
    exit(1);
}

const pr_json *world_ask(pr_engine *engine, const char *method, const char *path, const char *body, pr_text state,
                         uint64_t seed, pr_response *response, pr_arena *arena) {
    const pr_request request = {.method = {method, strlen(method)},
                                .path = {path, strlen(path)},
                                .body = {body, strlen(body)},
                                .state = state,
                                .now = NOW,
                                .seed = seed};
    const pr_json_limits limits = {.max_bytes = (size_t)64 << 20};
    const pr_json *root;
    pr_error error = {PR_OK, 0, ""};
    if (pr_engine_call(engine, &request, response, &error) != PR_OK)
        stop("no answer", (pr_text){error.message, strlen(error.message)});
    if (pr_json_parse(response->body.bytes, response->body.size, &limits, arena, &root, &error) != PR_OK)
        stop(error.message, response->body);
    return root;
}

static uint16_t name_index(struct names *names, const pr_json *name) {
    if (!name || name->type != PR_JSON_STRING || name->size >= sizeof names->text[0])
        return MOST_NAMES;
    for (uint32_t i = 0; i < names->count; i++) {
        if (strcmp(names->text[i], name->string) == 0)
            return (uint16_t)i;
    }
    if (names->count == MOST_NAMES)
        stop("there are too many names in a column", (pr_text){name->string, name->size});
    strcpy(names->text[names->count], name->string);
    return (uint16_t)names->count++;
}

/* Days since 1970-01-01 of "YYYY-MM-DD", by counting. */
static int32_t date_of(const pr_json *date) {
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int year, month, day;
    if (!date || date->type != PR_JSON_STRING || sscanf(date->string, "%d-%d-%d", &year, &month, &day) != 3)
        return INT32_MIN;
    int32_t days = 0;
    for (int y = 1970; y < year; y++)
        days += 365 + (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days + before[month - 1] + (month > 2 && leap) + day - 1;
}

static uint32_t slot_of(const char *id, size_t size) {
    return (uint32_t)(pr_hash_bytes(id, size, 1) % 4096);
}

uint32_t world_find(const struct world *world, const char *id, size_t size) {
    for (uint32_t at = slot_of(id, size); world->slots[at]; at = (at + 1) % 4096) {
        uint32_t i = world->slots[at] - 1u;
        if (strlen(world->items[i].id) == size && memcmp(world->items[i].id, id, size) == 0)
            return i;
    }
    return MOST_ITEMS;
}

static void add_item(struct world *world, const pr_json *given) {
    struct item *item = &world->items[world->count++];
    const pr_json *id = pr_json_get(given, "id"), *duration = pr_json_get(given, "duration");
    if (!id || id->size >= sizeof item->id)
        stop("an id is too long for this test", (pr_text){"", 0});
    strcpy(item->id, id->string);
    item->instructor = name_index(&world->instructors, pr_json_get(given, "instructor"));
    item->type = name_index(&world->types, pr_json_get(given, "workout_type"));
    item->level = name_index(&world->levels, pr_json_get(given, "fitness_level"));
    const pr_json *tags = pr_json_get(given, "tags");
    for (const pr_json *tag = tags ? tags->first : NULL; tag; tag = tag->next)
        world_set(item->tags, name_index(&world->tags, tag));
    item->duration = duration && duration->type == PR_JSON_NUMBER ? (int32_t)duration->number : INT32_MIN;
    item->date = date_of(pr_json_get(given, "release_date"));
    uint32_t at = slot_of(item->id, strlen(item->id));
    while (world->slots[at])
        at = (at + 1) % 4096;
    world->slots[at] = (uint16_t)world->count;
}

static const pr_json *list_of(const pr_json *answer, const pr_response *response) {
    const pr_json *list = pr_json_get(answer, "recommendations");
    if (response->status != 200 || !list)
        stop("the catalogue cannot be read", response->body);
    return list;
}

/* An instructor is flagged when the rule hides something of theirs; the test checks that it then hides everything. */
static void find_flagged(struct world *world, pr_engine *engine, pr_arena *arena) {
    pr_response response;
    bool shown[MOST_ITEMS] = {false};
    const pr_json *answer =
        world_ask(engine, "POST", "/api/v1/workouts/query", "{\"n\":1000}", (pr_text){NULL, 0}, 0, &response, arena);
    for (const pr_json *given = list_of(answer, &response)->first; given; given = given->next) {
        const pr_json *id = pr_json_get(given, "id");
        shown[world_find(world, id->string, id->size)] = true;
    }
    for (uint32_t i = 0; i < world->count; i++) {
        if (!shown[i])
            world->flagged[world->items[i].instructor] = true;
    }
    for (uint32_t i = 0; i < world->count; i++) {
        if (shown[i] && world->flagged[world->items[i].instructor])
            stop("a flagged instructor is shown with one item and hidden with another",
                 (pr_text){world->items[i].id, 72});
    }
}

/* Phrases from the titles: one word, or two that may be far apart. The last one matches nothing. */
static void make_phrases(struct world *world, const pr_json *list) {
    uint32_t made = 0;
    for (const pr_json *given = list->first; given && made < PHRASES - 1; given = given->next, made++) {
        const pr_json *title = pr_json_get(given, "title");
        snprintf(world->phrases[made], sizeof world->phrases[made], "%.70s", title->string);
        char *space = strchr(world->phrases[made], ' ');
        if (space && made % 3 == 0)
            *space = 0;
        else if (space && made % 3 == 1)
            memmove(world->phrases[made], space + 1, strlen(space));
    }
    for (; made < PHRASES; made++)
        strcpy(world->phrases[made], "qqqzzzq");
    for (uint32_t p = 0; p < PHRASES; p++) {
        for (char *c = world->phrases[p]; *c; c++) /* no half characters, nothing to escape */
            *c = (unsigned char)*c >= 0x80 || *c == '"' || *c == '\\' || *c < ' ' ? ' ' : *c;
    }
}

static void find_matches(struct world *world, pr_engine *engine, pr_arena *arena) {
    for (uint32_t p = 0; p < PHRASES; p++) {
        char body[400];
        pr_response response;
        snprintf(body, sizeof body,
                 "{\"must\":{\"keywords\":\"%s\"},\"must_not\":{\"flagged\":false,\"seen\":false},\"n\":1000}",
                 world->phrases[p]);
        pr_arena_reset(arena);
        const pr_json *answer =
            world_ask(engine, "POST", "/api/v1/workouts/query", body, (pr_text){NULL, 0}, 0, &response, arena);
        for (const pr_json *given = list_of(answer, &response)->first; given; given = given->next) {
            const pr_json *id = pr_json_get(given, "id");
            world_set(world->matches[p], world_find(world, id->string, id->size));
        }
    }
}

void world_survey(struct world *world, pr_engine *engine) {
    pr_arena arena;
    pr_response response;
    memset(world, 0, sizeof *world);
    world->engine = engine;
    pr_arena_init(&arena, NULL, 0);
    const pr_json *questions =
        world_ask(engine, "GET", "/api/v1/onboarding", "", (pr_text){NULL, 0}, 0, &response, &arena);
    for (const pr_json *d = pr_json_get(questions, "dimensions")->first; d; d = d->next) {
        const pr_json *values = pr_json_get(d, "values");
        for (const pr_json *v = pr_json_is(pr_json_get(d, "input"), "age") ? values->first : NULL; v; v = v->next)
            name_index(&world->ages, v);
    }
    const pr_json *answer = world_ask(engine, "POST", "/api/v1/workouts/query",
                                      "{\"n\":1000,\"must_not\":{\"flagged\":false,\"seen\":false}}",
                                      (pr_text){NULL, 0}, 0, &response, &arena);
    const pr_json *list = list_of(answer, &response);
    if (pr_json_get(questions, "items")->number != list->size)
        stop("the whole catalogue must be returned, and hold at most 1000 items", (pr_text){"", 0});
    for (const pr_json *given = list->first; given; given = given->next)
        add_item(world, given);
    find_flagged(world, engine, &arena);
    make_phrases(world, list);
    find_matches(world, engine, &arena);
    pr_arena_free(&arena);
}
