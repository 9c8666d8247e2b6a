/* POST /api/v1/workouts/query: must, filter, should, must_not. */
#include "call.h"
#include "utf8.h"

#include <string.h>

static bool refuse(pr_call *call, const char *code, const char *field, const char *message) {
    pr__refuse(call, 422, code, field, message);
    return false;
}

static bool is_key(const pr_json *member, const char *key) {
    return pr__equal(member->key, member->key_size, key, strlen(key));
}

/* A string, or an array of strings, of a category or list column. */
static bool read_codes(pr_call *call, const pr_json *given, uint32_t column, const char *field, pr_code_set *set,
                       pr_status *status) {
    const pr_json *name = given->type == PR_JSON_ARRAY ? given->first : given;
    if (!name)
        return refuse(call, "invalid_value", field, "an empty list allows nothing; leave the field out");
    for (; name; name = given->type == PR_JSON_ARRAY ? name->next : NULL) {
        bool found;
        if (name->type != PR_JSON_STRING)
            return refuse(call, "invalid_value", field, "must be a text or a list of texts");
        *status = pr__codes_add(call, column, (pr_text){name->string, name->size}, set, &found);
        if (*status)
            return false;
        if (!found)
            return refuse(call, "unknown_value", field, "holds a value that no item has; see GET /api/v1/onboarding");
    }
    return true;
}

static bool read_bound(pr_call *call, const pr_json *range, const char *key, const char *field, double *bound) {
    const pr_json *value = pr_json_get(range, key);
    if (!value)
        return true;
    if (value->type != PR_JSON_NUMBER)
        return refuse(call, "invalid_value", field, "min and max must be numbers");
    *bound = value->number;
    return true;
}

static bool read_range(pr_call *call, const pr_json *range, const char *field, pr_filter *filter) {
    filter->minimum = -1e308;
    filter->maximum = 1e308;
    if (range->type != PR_JSON_OBJECT)
        return refuse(call, "invalid_value", field, "must be an object with min, max or both");
    for (const pr_json *member = range->first; member; member = member->next) {
        if (!is_key(member, "min") && !is_key(member, "max"))
            return refuse(call, "unknown_field", field, "a range has min and max only");
    }
    /* a minimum above the maximum lets nothing through: the answer says so */
    return read_bound(call, range, "min", field, &filter->minimum) &&
           read_bound(call, range, "max", field, &filter->maximum);
}

/* A filter's key is a column, or a dimension's input ("level", "types" or "type") that stands for the item column of
 * its name. */
static uint32_t filter_column(const pr_settings *settings, const pr_json *member) {
    uint32_t column = pr__column_find(settings, member->key, member->key_size);
    for (uint32_t d = 0; column == PR_NO_COLUMN && d < settings->dimension_count; d++) {
        const pr_dimension *dimension = &settings->dimensions[d];
        bool plural = dimension->input.size == member->key_size + 1u && dimension->input.bytes[member->key_size] == 's';
        if (!(plural || dimension->input.size == member->key_size) ||
            memcmp(dimension->input.bytes, member->key, member->key_size) != 0)
            continue;
        column = dimension->item_side ? dimension->column
                                      : pr__column_find(settings, dimension->name.bytes, dimension->name.size);
    }
    return column;
}

static bool read_filter(pr_call *call, const pr_json *filters, pr_query *query, pr_status *status) {
    for (const pr_json *member = filters->first; member; member = member->next) {
        uint32_t column = filter_column(&call->engine->settings, member);
        if (column == PR_NO_COLUMN || call->engine->settings.columns[column].type == PR_COLUMN_TEXT)
            return refuse(call, "unknown_field", member->key, "items have no such column to filter by");
        if (query->filter_count == PR_MAX_FILTERS)
            return refuse(call, "invalid_value", "filter", "at most 16 filters can be combined");
        pr_filter *filter = &query->filters[query->filter_count++];
        filter->column = column;
        pr_column_type type = call->engine->settings.columns[column].type;
        bool coded = type == PR_COLUMN_CATEGORY || type == PR_COLUMN_LIST;
        if (coded ? !read_codes(call, member, column, member->key, &filter->codes, status)
                  : !read_range(call, member, member->key, filter))
            return false;
    }
    return true;
}

/* Words of a text, each once, cut at the limit. */
static bool add_word(void *context, const char *word, size_t size) {
    pr_call *call = ((void **)context)[0];
    pr_query *query = ((void **)context)[1];
    for (uint32_t i = 0; i < query->word_count; i++) {
        if (pr__equal(query->words[i].bytes, query->words[i].size, word, size))
            return true;
    }
    char *copy = pr_arena_take(&call->engine->scratch, size);
    if (!copy || query->word_count == PR_MAX_WORDS)
        return false;
    memcpy(copy, word, size);
    query->words[query->word_count++] = (pr_text){copy, size};
    return true;
}

static bool read_must(pr_call *call, const pr_json *must, pr_query *query) {
    for (const pr_json *member = must->first; member; member = member->next) {
        if (!is_key(member, "keywords"))
            return refuse(call, "unknown_field", member->key, "must takes keywords only");
        if (member->type != PR_JSON_STRING || pr__utf8_length(member->string, member->size) > 255)
            return refuse(call, "invalid_value", "keywords", "keywords must be a text of at most 255 characters");
        pr_words(member->string, member->size, add_word, (void *[]){call, query});
        query->searching |= member->size > 0;
    }
    return true;
}

static bool read_groups(pr_call *call, const pr_json *names, pr_code_set *set, pr_status *status) {
    uint32_t column = call->engine->settings.flag_column;
    if (column == PR_NO_COLUMN)
        return refuse(call, "unknown_field", names->key, "this catalogue has no such column");
    return read_codes(call, names, column, names->key, set, status);
}

static bool read_should(pr_call *call, const pr_json *should, pr_query *query, pr_status *status) {
    for (const pr_json *member = should->first; member; member = member->next) {
        uint32_t type = call->engine->settings.type_column;
        bool right;
        if (is_key(member, "types") && type != PR_NO_COLUMN)
            right = read_codes(call, member, type, "types", &query->should_types, status);
        else if (is_key(member, "instructors"))
            right = read_groups(call, member, &query->should_groups, status);
        else
            right = refuse(call, "unknown_field", member->key, "should takes types and instructors");
        if (!right)
            return false;
    }
    return true;
}

static bool read_ids(pr_call *call, const pr_json *ids, pr_query *query, pr_status *status) {
    if (ids->type != PR_JSON_ARRAY)
        return refuse(call, "invalid_value", "ids", "ids must be a list of item ids");
    query->excluded = pr_arena_array(&call->engine->scratch, call->engine->items / 32u + 1u, sizeof *query->excluded);
    if (!query->excluded) {
        *status = pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while reading the request");
        return false;
    }
    for (const pr_json *id = ids->first; id; id = id->next) {
        if (id->type != PR_JSON_STRING)
            return refuse(call, "invalid_value", "ids", "ids must be a list of item ids");
        uint32_t item = pr__item_find(call->engine, (pr_text){id->string, id->size});
        if (item != UINT32_MAX)
            pr__set_bit(query->excluded, item);
    }
    return true;
}

static bool read_flag(pr_call *call, const pr_json *member, bool *flag) {
    if (member->type != PR_JSON_BOOL)
        return refuse(call, "invalid_value", member->key, "must be true or false");
    *flag = member->boolean;
    return true;
}

static bool read_must_not(pr_call *call, const pr_json *must_not, pr_query *query, pr_status *status) {
    for (const pr_json *member = must_not->first; member; member = member->next) {
        bool right;
        if (is_key(member, "instructors"))
            right = read_groups(call, member, &query->must_not_groups, status);
        else if (is_key(member, "ids"))
            right = read_ids(call, member, query, status);
        else if (is_key(member, "seen"))
            right = read_flag(call, member, &query->hide_seen);
        else if (is_key(member, "flagged"))
            right = read_flag(call, member, &query->hide_flagged);
        else
            right = refuse(call, "unknown_field", member->key, "must_not takes instructors, ids, seen and flagged");
        if (!right)
            return false;
    }
    return true;
}

static bool read_section(pr_call *call, const pr_json *member, pr_query *query, pr_status *status) {
    pr_error error = {0};
    const char *field;
    if (is_key(member, "n"))
        return pr__read_n(call, call->body, &query->requested);
    if (member->type != PR_JSON_OBJECT)
        return refuse(call, "invalid_value", member->key, "must be an object");
    if (is_key(member, "must"))
        return read_must(call, member, query);
    if (is_key(member, "filter"))
        return read_filter(call, member, query, status);
    if (is_key(member, "should"))
        return read_should(call, member, query, status);
    if (is_key(member, "must_not"))
        return read_must_not(call, member, query, status);
    if (!is_key(member, "knobs"))
        return refuse(call, "unknown_field", member->key, "a query takes must, filter, should, must_not, n and knobs");
    if (pr__knobs_read(member, &query->knobs, &field, &error) == PR_OK)
        return true;
    return refuse(call, "invalid_value", field, error.message);
}

pr_status pr__post_query(pr_call *call) {
    pr_query *query = pr_arena_take(&call->engine->scratch, sizeof *query);
    if (!query)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while answering");
    PR_TRY(pr__query_init(call, query));
    query->knobs.mmr = 1; /* who asks for something wants the best match first; the knob says otherwise */
    for (const pr_json *member = call->body->first; member; member = member->next) {
        pr_status status = PR_OK;
        if (!read_section(call, member, query, &status))
            return status;
    }
    query->recipe = query->searching ? PR_RECIPE_search : PR_RECIPE_browse;
    PR_TRY(pr__query_personalise(call, query));
    return pr__answer_list(call, query, "query");
}
