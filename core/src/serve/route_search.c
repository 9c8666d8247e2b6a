/* GET and POST /recommendations/search. */
#include "fuse.h"
#include "highlight.h"
#include "products.h"
#include "utf8.h"

#include <math.h>
#include <string.h>

enum { SEARCH_LIMIT = 2000, MOST_RESULTS = 6000, MOST_OFFSET = 10000, MOST_WORDS = 16 };
static const float TASTE = 0.5f; /* the share by which the visitor's favourite category is raised */

/* A search and how it is to be answered. */
typedef struct request {
    pr_search search;
    uint32_t limit, offset;
    bool strict, highlight, personal;
    uint32_t sort_column; /* or PR_NO_COLUMN */
    bool moded;           /* a mode was asked for */
    pr_meant meant;
} request;

static bool refuse(pr_call *call, int status, const char *field, const char *message) {
    pr__refuse(call, status, "invalid_value", field, message);
    return false;
}

/* ---- reading ---- */

static bool take_query(pr_call *call, pr_text given, bool needed, request *r) {
    r->search.query = pr__trim(given);
    if (needed && r->search.query.size == 0)
        return refuse(call, 400, "query", "query must not be empty");
    if (pr__utf8_length(r->search.query.bytes, r->search.query.size) > PR_MAX_QUERY)
        return refuse(call, 400, "query", "query must not be longer than 255 characters");
    return true;
}

static bool take_match(pr_call *call, pr_text name, request *r) {
    static const char *const names[] = {"auto", "all", "any"};
    for (uint32_t i = 0; i < PR_COUNT(names); i++) {
        if (pr__equal(name.bytes, name.size, names[i], strlen(names[i]))) {
            r->search.match = (pr_match_mode)i;
            return true;
        }
    }
    return refuse(call, 422, "match", "match must be auto, all or any");
}

/* "relevance", a numeric facet, or "-" and one: falling. */
static bool take_sort(pr_call *call, pr_text name, request *r) {
    const pr_shop *shop = &call->engine->shop;
    r->search.falling = name.size && name.bytes[0] == '-';
    pr_text column = {name.bytes + r->search.falling, name.size - r->search.falling};
    if (pr__equal(name.bytes, name.size, "relevance", 9))
        return true;
    uint32_t c = pr__column_find(&call->engine->settings, column.bytes, column.size);
    if (c == PR_NO_COLUMN && pr__equal(column.bytes, column.size, "price", 5))
        c = shop->price;
    if (c == PR_NO_COLUMN && pr__equal(column.bytes, column.size, "rating", 6))
        c = shop->rating;
    uint32_t facet = c == PR_NO_COLUMN ? UINT32_MAX : pr__facet_of(shop, c);
    pr_column_type type = facet == UINT32_MAX ? PR_COLUMN_TEXT : call->engine->settings.columns[c].type;
    if (type == PR_COLUMN_TEXT || type == PR_COLUMN_CATEGORY || type == PR_COLUMN_LIST)
        return refuse(call, 422, "sort", "sort must be relevance or a numeric facet, with - before it: highest first");
    r->search.sort = facet;
    return true;
}

/* ---- reading what meaning adds: only a bundle that can be searched by it knows these fields ---- */

static const char *const MODES[PR_SEARCH_MODES] = {"keyword", "meaning", "hybrid"};

static bool by_meaning(const pr_call *call) {
    return PR_WITH_MEANING && call->engine->meaning.source > 0;
}

static bool take_mode(pr_call *call, pr_text name, request *r) {
    r->moded = true;
    for (uint32_t i = 0; i < PR_COUNT(MODES); i++) {
        if (pr__equal(name.bytes, name.size, MODES[i], strlen(MODES[i]))) {
            r->meant.mode = (pr_search_mode)i;
            return true;
        }
    }
    return refuse(call, 422, "mode", "mode must be keyword, meaning or hybrid");
}

/* Numbers of a size that no encoder gives would overflow. */
static bool take_vector(pr_call *call, const pr_json *list, request *r, pr_status *status) {
    static const double largest = 1000;
    if (list->type != PR_JSON_ARRAY || list->size != call->engine->meaning.source)
        return refuse(call, 422, "vector", "vector must be a list of as many numbers as the encoder gives");
    double *given = pr_arena_array(&call->engine->scratch, list->size, sizeof *given);
    uint32_t count = 0;
    if (!given) {
        *status = pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while searching");
        return false;
    }
    for (const pr_json *value = list->first; value; value = value->next) {
        if (value->type != PR_JSON_NUMBER || !(value->number >= -largest && value->number <= largest))
            return refuse(call, 422, "vector", "vector must hold numbers from -1000 to 1000");
        given[count++] = value->number;
    }
    r->meant.given = given;
    return true;
}

/* A GET has no room for a vector in its path: the host that encodes the query lays it into the body. */
static bool read_get_vector(pr_call *call, request *r, pr_status *status) {
    const pr_text body = call->request->body;
    const pr_json_limits limits = {PR_MAX_BODY, 4};
    const pr_json *root;
    pr_error wrong = {0};
    if (!by_meaning(call) || body.size == 0)
        return true;
    *status = pr_json_parse(body.bytes, body.size, &limits, &call->engine->scratch, &root, &wrong);
    if (*status == PR_E_MEMORY)
        return false;
    *status = PR_OK;
    const pr_json *vector = wrong.code ? NULL : pr_json_get(root, "vector");
    if (!vector || root->size != 1) {
        pr__refuse(call, 400, "invalid_json", "body", "the body of a GET may hold the query's vector and nothing else");
        return false;
    }
    return take_vector(call, vector, r, status);
}

static bool take_flag(pr_call *call, const char *name, bool *out) {
    pr_text text = pr__parameter(call, name);
    if (!text.bytes)
        return true;
    bool yes = pr__equal(text.bytes, text.size, "1", 1) || pr__equal(text.bytes, text.size, "true", 4);
    if (!yes && !pr__equal(text.bytes, text.size, "0", 1) && !pr__equal(text.bytes, text.size, "false", 5))
        return refuse(call, 422, name, "must be 0 or 1");
    *out = yes;
    return true;
}

static void set_defaults(const pr_call *call, request *r) {
    r->meant.probes = PR_WITH_MEANING ? call->engine->meaning.probes : 0;
    r->limit = SEARCH_LIMIT;
    r->search.typo = true;
    r->search.sort = UINT32_MAX;
}

static bool read_mode(pr_call *call, request *r) {
    if (!by_meaning(call))
        return true;
    pr_text mode = pr__parameter(call, "mode");
    return !mode.bytes || take_mode(call, mode, r);
}

static bool read_parameters(pr_call *call, request *r) {
    pr_text match = pr__parameter(call, "match"), sort = pr__parameter(call, "sort");
    return take_query(call, pr__parameter(call, "query"), true, r) &&
           pr__read_clamped(call, "response_limit", SEARCH_LIMIT, 1, MOST_RESULTS, &r->limit) &&
           pr__read_clamped(call, "offset", 0, 0, MOST_OFFSET, &r->offset) &&
           (!match.bytes || take_match(call, match, r)) && (!sort.bytes || take_sort(call, sort, r)) &&
           take_flag(call, "prefix", &r->search.prefix) && take_flag(call, "typo", &r->search.typo) &&
           take_flag(call, "strict", &r->strict) && take_flag(call, "facets", &r->search.counted) &&
           take_flag(call, "highlight", &r->highlight) && take_flag(call, "personal", &r->personal) &&
           read_mode(call, r);
}

static bool take_whole(pr_call *call, const pr_json *value, uint32_t least, uint32_t most, uint32_t *out) {
    if (value->type != PR_JSON_NUMBER || (!value->is_integer && value->number < 1e15 && value->number > -1e15))
        return refuse(call, 422, value->key, "must be a whole number");
    *out = value->number < least ? least : value->number > most ? most : (uint32_t)value->number;
    return true;
}

static bool take_words(pr_call *call, const pr_json *list, const pr_json **out) {
    if (list->type != PR_JSON_ARRAY || list->size > MOST_WORDS)
        return refuse(call, 422, list->key, "must be a list of at most 16 texts");
    for (const pr_json *word = list->first; word; word = word->next) {
        if (word->type != PR_JSON_STRING || pr__utf8_length(word->string, word->size) > PR_MAX_QUERY)
            return refuse(call, 422, list->key, "must hold texts of at most 255 characters");
    }
    *out = list;
    return true;
}

static bool take_bound(pr_call *call, const pr_json *range, const char *key, float *out) {
    const pr_json *value = pr_json_get(range, key);
    if (value && value->type != PR_JSON_NUMBER)
        return refuse(call, 422, range->key, "minimum and maximum must be numbers");
    if (value)
        *out = value->number > 3e38 ? 3e38f : value->number < -3e38 ? -3e38f : (float)value->number;
    return true;
}

static bool take_codes(pr_call *call, const pr_json *given, uint32_t column, pr_condition *condition,
                       pr_status *status) {
    pr_code_set set = {0};
    for (const pr_json *name = given->type == PR_JSON_ARRAY ? given->first : given; name;
         name = given->type == PR_JSON_ARRAY ? name->next : NULL) {
        bool found; /* a value that no product has lets nothing through */
        if (name->type != PR_JSON_STRING)
            return refuse(call, 422, given->key, "must be a text or a list of texts");
        *status = pr__codes_add(call, column, (pr_text){name->string, name->size}, &set, &found);
        if (*status)
            return false;
    }
    if (!set.bits)
        return refuse(call, 422, given->key, "an empty list allows nothing; leave the field out");
    condition->codes = set.bits;
    return true;
}

static bool take_condition(pr_call *call, const pr_json *given, request *r, pr_status *status) {
    const pr_settings *settings = &call->engine->settings;
    uint32_t column = pr__column_find(settings, given->key, given->key_size),
             facet = column == PR_NO_COLUMN ? UINT32_MAX : pr__facet_of(&call->engine->shop, column);
    if (facet == UINT32_MAX)
        return refuse(call, 422, given->key, "is no facet of this shop; search.facets of its configuration lists them");
    if (r->search.condition_count == PR_MAX_CONDITIONS)
        return refuse(call, 422, "filter", "at most 16 filters can be combined");
    pr_condition *condition = &r->search.conditions[r->search.condition_count++];
    *condition = (pr_condition){facet, NULL, -3e38f, 3e38f};
    pr_column_type type = settings->columns[column].type;
    if (type == PR_COLUMN_CATEGORY || type == PR_COLUMN_LIST)
        return take_codes(call, given, column, condition, status);
    uint32_t bounds = (pr_json_get(given, "minimum") != NULL) + (uint32_t)(pr_json_get(given, "maximum") != NULL);
    if (given->type != PR_JSON_OBJECT || given->size != bounds)
        return refuse(call, 422, given->key, "must be an object with minimum, maximum or both");
    return take_bound(call, given, "minimum", &condition->minimum) &&
           take_bound(call, given, "maximum", &condition->maximum);
}

static bool take_filter(pr_call *call, const pr_json *filter, request *r, pr_status *status) {
    if (filter->type != PR_JSON_OBJECT)
        return refuse(call, 422, "filter", "filter must be an object");
    for (const pr_json *member = filter->first; member; member = member->next) {
        if (!take_condition(call, member, r, status))
            return false;
    }
    return true;
}

static bool take_bool(pr_call *call, const pr_json *value, bool *out) {
    if (value->type != PR_JSON_BOOL)
        return refuse(call, 422, value->key, "must be true or false");
    *out = value->boolean;
    return true;
}

static bool take_text(pr_call *call, const pr_json *value, bool (*take)(pr_call *, pr_text, request *), request *r) {
    if (value->type != PR_JSON_STRING)
        return refuse(call, 422, value->key, "must be a text");
    return take(call, (pr_text){value->string, value->size}, r);
}

static bool take_body_query(pr_call *call, pr_text text, request *r) {
    return take_query(call, text, false, r);
}

/* False when the member is none of meaning's; else *fine says whether it was taken. */
static bool take_meant(pr_call *call, const pr_json *m, request *r, bool *fine, pr_status *status) {
    enum { MOST_PROBES = 65536 };
    if (!by_meaning(call))
        return false;
    if (pr__equal(m->key, m->key_size, "mode", 4))
        *fine = take_text(call, m, take_mode, r);
    else if (pr__equal(m->key, m->key_size, "vector", 6))
        *fine = take_vector(call, m, r, status);
    else if (pr__equal(m->key, m->key_size, "probes", 6))
        *fine = take_whole(call, m, 1, MOST_PROBES, &r->meant.probes);
    else
        return false;
    return true;
}

static bool take_member(pr_call *call, const pr_json *m, request *r, pr_status *status) {
    static const char *const names[] = {"query",    "match", "sort",   "response_limit", "offset",
                                        "prefix",   "typo",  "strict", "facets",         "highlight",
                                        "personal", "must",  "should", "must_not",       "filter"};
    bool *const flags[] = {&r->search.prefix,  &r->search.typo, &r->strict,
                           &r->search.counted, &r->highlight,   &r->personal};
    const pr_json **const lists[] = {&r->search.must, &r->search.should, &r->search.must_not};
    uint32_t i = 0;
    bool fine;
    if (PR_WITH_MEANING && take_meant(call, m, r, &fine, status))
        return fine;
    while (i < PR_COUNT(names) && !pr__equal(m->key, m->key_size, names[i], strlen(names[i])))
        i++;
    switch (i) {
    case 0:
        return take_text(call, m, take_body_query, r);
    case 1:
        return take_text(call, m, take_match, r);
    case 2:
        return take_text(call, m, take_sort, r);
    case 3:
        return take_whole(call, m, 1, MOST_RESULTS, &r->limit);
    case 4:
        return take_whole(call, m, 0, MOST_OFFSET, &r->offset);
    case 14:
        return take_filter(call, m, r, status);
    case 15:
        pr__refuse(call, 422, "unknown_field", m->key, "a search has no such field; see /openapi.json");
        return false;
    default:
        return i < 11 ? take_bool(call, m, flags[i - 5]) : take_words(call, m, lists[i - 11]);
    }
}

static bool read_body(pr_call *call, request *r, pr_status *status) {
    for (const pr_json *member = call->body->first; member; member = member->next) {
        if (!take_member(call, member, r, status))
            return false;
    }
    bool asked = r->search.condition_count || (r->search.must && r->search.must->size) ||
                 (PR_WITH_MEANING && r->meant.given && r->meant.mode != PR_SEARCH_WORDS);
    return r->search.query.size || asked ||
           refuse(call, 400, "query", "give a query, or words under must, or a filter");
}

/* ---- answering ---- */

/* Same set, other order: hits of the categories that the visitor likes move up. Stable. */
static void order_by_taste(pr_call *call, pr_hit *hits, uint32_t count) {
    pr_history *history = pr_arena_take(&call->engine->scratch, sizeof *history);
    if (!history)
        return;
    pr__history_read(call, call->engine->shop.days, history);
    const float *taste = pr__taste(call, history);
    if (!taste)
        return;
    for (uint32_t i = 0; i < count; i++)
        hits[i].key = (double)(hits[i].score * (1 + TASTE * pr__taste_of(call->engine, taste, hits[i].item)));
    for (uint32_t i = 1; i < count; i++) {
        pr_hit hit = hits[i];
        uint32_t at = i;
        for (; at > 0 && hits[at - 1].key < hit.key; at--)
            hits[at] = hits[at - 1];
        hits[at] = hit;
    }
}

static void write_hit(pr_call *call, const pr_hit *hit, const pr_marks *marks, pr_writer *w) {
    pr_item item;
    pr_write_object(w);
    pr__write_product_members(call->engine, hit->item, w);
    pr_write_key(w, "score");
    pr_write_number(w, (double)hit->score);
    if (marks && pr__item(call->engine, hit->item, &item)) {
        pr_write_key(w, "highlight");
        pr__write_highlight(marks, pr__string(&item.view->columns[call->engine->shop.name].texts, item.row), w);
    }
    pr_write_end_object(w);
}

/* The query with its corrected words in place. */
static void write_corrected(pr_call *call, const request *r, const pr_plan *plan, const pr_found *found, pr_writer *w) {
    pr_buffer out = {.arena = &call->engine->scratch};
    size_t at = 0;
    pr_write_key(w, "corrected_query");
    for (uint32_t s = 0; found->corrected && s < plan->count; s++) {
        const pr_slot *slot = &plan->slots[s];
        if (slot->role != PR_SLOT_QUERY || !slot->word_size || slot->begin < at)
            continue;
        pr_buffer_append(&out, r->search.query.bytes + at, slot->begin - at);
        pr_buffer_append(&out, slot->word, slot->word_size);
        at = slot->end;
    }
    if (out.size && found->total) {
        pr_buffer_append(&out, r->search.query.bytes + at, r->search.query.size - at);
        pr_write_string(w, out.bytes, out.size);
    } else
        pr_write_null(w);
}

static void write_counts(pr_call *call, uint32_t column, const pr_facet_count *facet, pr_writer *w) {
    const pr_strings *names = pr__dictionary(call->engine, column);
    pr_write_array(w);
    for (uint32_t code = 0; names && code < names->count; code++) {
        if (!facet->counts[code])
            continue;
        pr_text name = pr__string(names, code);
        pr_write_object(w);
        pr_write_key(w, "value");
        pr_write_string(w, name.bytes, name.size);
        pr_write_key(w, "count");
        pr_write_integer(w, facet->counts[code]);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
}

/* A float of a facet, rounded to what it can hold: 13.99 and not 13.9899998. */
static void write_bound(const pr_facet_count *facet, const char *key, float bound, pr_writer *w) {
    pr_write_key(w, key);
    if (facet->any)
        pr_write_number(w, floor((double)bound * 10000 + 0.5) / 10000);
    else
        pr_write_null(w);
}

static void write_facets(pr_call *call, const pr_found *found, pr_writer *w) {
    const pr_shop *shop = &call->engine->shop;
    pr_write_key(w, "facets");
    pr_write_object(w);
    for (uint32_t f = 0; f < shop->facet_count; f++) {
        const pr_facet_count *facet = &found->facets[f];
        pr_write_key(w, call->engine->settings.columns[shop->facets[f]].name.bytes);
        if (facet->counts) {
            write_counts(call, shop->facets[f], facet, w);
            continue;
        }
        pr_write_object(w);
        write_bound(facet, "minimum", facet->minimum, w);
        write_bound(facet, "maximum", facet->maximum, w);
        pr_write_end_object(w);
    }
    pr_write_end_object(w);
}

static void write_trending(pr_call *call, uint32_t limit, pr_writer *w) {
    const pr_trending_view *trending = pr__trending(call->engine);
    for (uint32_t i = 0; trending && i < trending->rows && i < limit; i++)
        pr__write_product(call->engine, pr__uint(trending->item, i), w);
}

static void write_results(pr_call *call, const request *r, const pr_plan *plan, const pr_found *found, pr_writer *w) {
    const pr_marks *marks = r->highlight ? pr__marks_make(call->engine, plan, r->search.query) : NULL;
    pr_write_key(w, "results");
    pr_write_array(w);
    if (found->total == 0)
        write_trending(call, r->limit, w);
    for (uint32_t i = r->offset; i < found->count; i++)
        write_hit(call, &found->hits[i], marks, w);
    pr_write_end_array(w);
}

/* Without a vector nobody knows what the query means: then its words must do. */
static bool searches_meaning(const request *r) {
    return PR_WITH_MEANING && r->meant.mode != PR_SEARCH_WORDS && r->meant.given;
}

static pr_status search(pr_engine *engine, const request *r, pr_plan *plan, pr_found *found, pr_error *error) {
#if PR_WITH_MEANING
    if (searches_meaning(r))
        return pr__search_meant(engine, &r->search, &r->meant, plan, found, error);
#endif
    return pr__search(engine, &r->search, plan, found, error);
}

static void write_mode(const request *r, pr_writer *w) {
    pr_write_key(w, "mode");
    pr_write_text(w, MODES[searches_meaning(r) ? r->meant.mode : PR_SEARCH_WORDS]);
    if (r->meant.mode != PR_SEARCH_WORDS && !r->meant.given) {
        pr_write_key(w, "mode_reason");
        pr_write_text(w, "no_vector");
    }
}

static pr_status answer(pr_call *call, request *r) {
    pr_engine *engine = call->engine;
    pr_plan *plan = pr_arena_take(&engine->scratch, sizeof *plan);
    pr_found found;
    pr_writer *w = &call->w;
    r->search.limit = r->offset + r->limit;
    if (!plan)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while searching");
    PR_TRY(search(engine, r, plan, &found, call->error));
    if (engine->missing_count)
        return PR_OK;
    if (r->personal && r->search.sort == UINT32_MAX && found.count > r->offset)
        order_by_taste(call, found.hits + r->offset, found.count - r->offset);
    pr_write_object(w);
    write_results(call, r, plan, &found, w);
    pr_write_key(w, "total");
    pr_write_integer(w, found.total);
    pr_write_key(w, "match");
    pr_write_text(w, found.any ? "any" : "all");
    write_corrected(call, r, plan, &found, w);
    if (PR_WITH_MEANING && r->moded)
        write_mode(r, w);
    if (r->search.counted)
        write_facets(call, &found, w);
    if (found.total == 0) {
        pr_write_key(w, "fallback_reason");
        pr_write_text(w, "no_search_matches");
        call->response->status = r->strict ? 404 : 200;
    }
    pr_write_end_object(w);
    return PR_OK;
}

static request *new_request(pr_call *call) {
    request *r = pr_arena_take(&call->engine->scratch, sizeof *r);
    if (r)
        set_defaults(call, r);
    return r;
}

pr_status pr__get_search(pr_call *call) {
    request *r = new_request(call);
    if (!r)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while searching");
    pr_status status = PR_OK;
    if (!read_parameters(call, r) || (PR_WITH_MEANING && !read_get_vector(call, r, &status)))
        return status;
    return answer(call, r);
}

pr_status pr__post_search(pr_call *call) {
    request *r = new_request(call);
    pr_status status = PR_OK;
    if (!r)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while searching");
    return read_body(call, r, &status) ? answer(call, r) : status;
}
