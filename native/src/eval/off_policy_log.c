/* Reading logs of exploration, and the planted chances that belong to their pools. */
#include "fail.h"
#include "idmap.h"
#include "off_policy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_LINE = 1 << 22, LONGEST_ID = 256 };

typedef struct reading {
    const prt_history *history;
    prt_idmap users, items;
    prt_exploration *out;
    uint32_t request_room, place_room, pool_room;
    uint32_t *in_pool; /* by item: place in the pool of the running line + 1 */
    pr_arena arena;
    const char *reason;
    uint64_t line; /* number of the running line in the file, blank ones counted */
} reading;

static bool map_ids(const prt_strings *ids, prt_idmap *out) {
    for (uint32_t i = 0; i < ids->count; i++) {
        uint32_t index;
        bool added;
        if (!prt_idmap_add(out, ids->bytes + ids->offsets[i], (size_t)(ids->offsets[i + 1] - ids->offsets[i]), &index,
                           &added))
            return false;
    }
    return true;
}

/* The map reads eight bytes whatever the id's size, so it gets a copy with room. */
static uint32_t find_id(const prt_idmap *map, const char *bytes, size_t size) {
    char padded[LONGEST_ID + 8] = {0};
    if (size == 0 || size > LONGEST_ID)
        return PRT_NONE;
    memcpy(padded, bytes, size);
    return prt_idmap_find(map, padded, size);
}

static uint32_t id_of(const prt_idmap *map, const pr_json *id) {
    return id && id->type == PR_JSON_STRING ? find_id(map, id->string, id->size) : PRT_NONE;
}

static bool grow(void **array, uint32_t count, uint32_t *room, size_t size) {
    if (count < *room)
        return true;
    uint32_t wanted = *room ? *room * 2 : 1024;
    void *grown = realloc(*array, wanted * size);
    if (!grown)
        return false;
    *array = grown;
    *room = wanted;
    return true;
}

static bool wrong(reading *r, const char *reason) {
    r->reason = reason;
    return false;
}

static uint32_t goal_of(const prt_history *history, const pr_json *goal) {
    for (uint32_t g = 0; goal && goal->type == PR_JSON_STRING && g < history->goal_count; g++) {
        if (pr_json_is(goal, history->goals[g]))
            return g;
    }
    return PRT_NONE;
}

/* Out of memory is told by a NULL reason. */
static bool read_pool(reading *r, const pr_json *pool, prt_logged_request *request) {
    prt_exploration *log = r->out;
    if (!pool || pool->type != PR_JSON_ARRAY || pool->size == 0)
        return wrong(r, "has no pool of candidates");
    for (const pr_json *id = pool->first; id; id = id->next) {
        uint32_t item = id_of(&r->items, id);
        if (item == PRT_NONE)
            return wrong(r, "has a candidate that is no item");
        if (r->in_pool[item])
            return wrong(r, "names a candidate twice");
        if (!grow((void **)&log->pool, log->pool_count, &r->pool_room, sizeof *log->pool))
            return wrong(r, NULL);
        log->pool[log->pool_count++] = item;
        r->in_pool[item] = ++request->pool_count;
    }
    return true;
}

static bool read_place(reading *r, const pr_json *given, prt_logged_place *out) {
    const pr_json *propensity = pr_json_get(given, "propensity"), *clicked = pr_json_get(given, "clicked");
    uint32_t item = id_of(&r->items, pr_json_get(given, "id"));
    if (item == PRT_NONE || !r->in_pool[item])
        return wrong(r, "shows something that was no candidate, or shows it twice");
    if (!propensity || propensity->type != PR_JSON_NUMBER || !(propensity->number > 0 && propensity->number <= 1))
        return wrong(r, "has a propensity that is not above 0 and at most 1");
    if (!clicked || (clicked->type != PR_JSON_BOOL &&
                     (clicked->type != PR_JSON_NUMBER || (clicked->number != 0 && clicked->number != 1))))
        return wrong(r, "does not say with 0 or 1 whether there was a click");
    *out = (prt_logged_place){r->in_pool[item] - 1, propensity->number,
                              clicked->type == PR_JSON_BOOL ? clicked->boolean : clicked->number == 1};
    r->in_pool[item] = 0; /* shown: not among what is left */
    return true;
}

static bool read_places(reading *r, const pr_json *shown, prt_logged_request *request) {
    prt_exploration *log = r->out;
    if (!shown || shown->type != PR_JSON_ARRAY || shown->size == 0 || shown->size > PRT_MOST_SHOWN)
        return wrong(r, "has no list of what was shown");
    for (const pr_json *given = shown->first; given; given = given->next) {
        if (!grow((void **)&log->places, log->place_count, &r->place_room, sizeof *log->places))
            return wrong(r, NULL);
        if (!read_place(r, given, &log->places[log->place_count]))
            return false;
        log->place_count++;
        request->place_count++;
    }
    return true;
}

static bool read_request(reading *r, const pr_json *line, prt_logged_request *out) {
    const pr_json *week = pr_json_get(line, "week");
    *out = (prt_logged_request){.user = id_of(&r->users, pr_json_get(line, "user_id")),
                                .goal = goal_of(r->history, pr_json_get(line, "goal")),
                                .pool_first = r->out->pool_count,
                                .place_first = r->out->place_count};
    if (out->user == PRT_NONE)
        return wrong(r, "names a user who is not in the data");
    if (!week || week->type != PR_JSON_NUMBER || !week->is_integer || week->number < 1 || week->number > 1000000)
        return wrong(r, "has no week");
    out->week = (int32_t)week->number;
    return read_pool(r, pr_json_get(line, "pool"), out) && read_places(r, pr_json_get(line, "shown"), out);
}

static pr_status read_line(reading *r, const char *text, size_t size, pr_error *error) {
    prt_exploration *log = r->out;
    const pr_json_limits limits = {LONGEST_LINE, 6};
    const pr_json *line;
    prt_logged_request request = {.pool_first = log->pool_count, .place_first = log->place_count};
    pr_error inner = {0};
    log->lines++;
    pr_arena_reset(&r->arena);
    bool right = pr_json_parse(text, size, &limits, &r->arena, &line, &inner) == PR_OK || wrong(r, "is not valid JSON");
    right = right && read_request(r, line, &request);
    for (uint32_t i = request.pool_first; i < log->pool_count; i++)
        r->in_pool[log->pool[i]] = 0;
    if (right && !grow((void **)&log->requests, log->count, &r->request_room, sizeof *log->requests))
        right = wrong(r, NULL);
    if (right) {
        log->requests[log->count++] = request;
        return PR_OK;
    }
    if (!r->reason)
        return prt_fail_memory(error, "reading the log of exploration");
    log->pool_count = request.pool_first;
    log->place_count = request.place_first;
    if (log->rejected++ == 0)
        snprintf(log->first_reason, sizeof log->first_reason, "line %llu %s", (unsigned long long)r->line, r->reason);
    return PR_OK;
}

static pr_status read_lines(reading *r, const char *path, pr_error *error) {
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t room = 0;
    ssize_t size;
    pr_status status = PR_OK;
    if (!file)
        return prt_fail(error, PR_E_IO, "%s: the log of exploration cannot be read", path);
    while (status == PR_OK && (size = getline(&text, &room, file)) >= 0) {
        r->line++;
        while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == '\r'))
            size--;
        if (size > 0)
            status = read_line(r, text, (size_t)size, error);
    }
    if (status == PR_OK && ferror(file))
        status = prt_fail(error, PR_E_IO, "%s: reading failed", path);
    free(text);
    fclose(file);
    return status;
}

static pr_status check_share(const prt_config *config, const prt_exploration *log, pr_error *error) {
    const char *path = config->ranking.exploration_log;
    if (log->count == 0)
        return prt_fail(error, PR_E_FORMAT, "%s: there is no right line in it%s%s", path, log->rejected ? "; " : "",
                        log->first_reason);
    if ((double)log->rejected > config->limits.rejects * (double)log->lines)
        return prt_fail(error, PR_E_FORMAT,
                        "%s: %llu of %llu lines are wrong, more than limits.rejects allows (%g %%); %s", path,
                        (unsigned long long)log->rejected, (unsigned long long)log->lines, config->limits.rejects * 100,
                        log->first_reason);
    return PR_OK;
}

pr_status prt_exploration_read(const prt_config *config, const prt_dataset *dataset, const prt_history *history,
                               prt_exploration *out, pr_error *error) {
    reading r = {.history = history, .out = out};
    memset(out, 0, sizeof *out);
    pr_arena_init(&r.arena, NULL, 0);
    r.in_pool = calloc(dataset->items.count + (size_t)1, sizeof *r.in_pool);
    pr_status status = PR_OK;
    if (!r.in_pool || !map_ids(&dataset->users.ids, &r.users) || !map_ids(&dataset->items.ids, &r.items))
        status = prt_fail_memory(error, "reading the log of exploration");
    if (status == PR_OK)
        status = read_lines(&r, config->ranking.exploration_log, error);
    if (status == PR_OK)
        status = check_share(config, out, error);
    pr_arena_free(&r.arena);
    prt_idmap_free(&r.users);
    prt_idmap_free(&r.items);
    free(r.in_pool);
    if (status != PR_OK)
        prt_exploration_free(out);
    return status;
}

void prt_exploration_free(prt_exploration *log) {
    free(log->requests);
    free(log->places);
    free(log->pool);
    memset(log, 0, sizeof *log);
}

/* ---- planted chances ---- */

typedef struct truth_reading {
    const prt_exploration *log;
    prt_idmap users, items;
    uint32_t *next, *first; /* requests of a user: first[user], then next[request]; PRT_NONE ends */
    double *out;
} truth_reading;

static void put_chance(const truth_reading *t, uint32_t user, uint32_t item, double chance) {
    for (uint32_t q = t->first[user]; q != PRT_NONE; q = t->next[q]) {
        const prt_logged_request *request = &t->log->requests[q];
        for (uint32_t i = 0; i < request->pool_count; i++) {
            if (t->log->pool[request->pool_first + i] == item)
                t->out[request->pool_first + i] = chance;
        }
    }
}

/* "U1,T7,0.190182" */
static void read_chance(const truth_reading *t, const char *line) {
    const char *first = strchr(line, ','), *second = first ? strchr(first + 1, ',') : NULL;
    char *end;
    if (!second)
        return;
    uint32_t user = find_id(&t->users, line, (size_t)(first - line)),
             item = find_id(&t->items, first + 1, (size_t)(second - first - 1));
    double chance = strtod(second + 1, &end);
    if (user != PRT_NONE && item != PRT_NONE && end != second + 1 && t->first[user] != PRT_NONE)
        put_chance(t, user, item, chance);
}

static void index_requests(truth_reading *t, uint32_t users) {
    for (uint32_t u = 0; u < users; u++)
        t->first[u] = PRT_NONE;
    for (uint32_t q = 0; q < t->log->count; q++) {
        t->next[q] = t->first[t->log->requests[q].user];
        t->first[t->log->requests[q].user] = q;
    }
    for (uint32_t i = 0; i < t->log->pool_count; i++)
        t->out[i] = NAN;
}

pr_status prt_truth_read(const char *folder, const prt_dataset *dataset, const prt_exploration *log, double **out,
                         pr_error *error) {
    char path[4096], *line = NULL;
    size_t room = 0;
    snprintf(path, sizeof path, "%.4000s/clicks.csv", folder);
    truth_reading t = {.log = log};
    t.first = malloc((dataset->users.count + (size_t)1) * sizeof *t.first);
    t.next = malloc((log->count + (size_t)1) * sizeof *t.next);
    t.out = malloc((log->pool_count + (size_t)1) * sizeof *t.out);
    FILE *file = fopen(path, "rb");
    pr_status status = PR_OK;
    if (!file)
        status = prt_fail(error, PR_E_IO, "%s cannot be read", path);
    else if (!t.first || !t.next || !t.out || !map_ids(&dataset->users.ids, &t.users) ||
             !map_ids(&dataset->items.ids, &t.items))
        status = prt_fail_memory(error, "reading the planted truth");
    if (status == PR_OK) {
        index_requests(&t, dataset->users.count);
        while (getline(&line, &room, file) >= 0)
            read_chance(&t, line);
    }
    free(line);
    if (file)
        fclose(file);
    free(t.first);
    free(t.next);
    prt_idmap_free(&t.users);
    prt_idmap_free(&t.items);
    if (status != PR_OK)
        free(t.out);
    else
        *out = t.out;
    return status;
}
