/* Asking the core about one visitor after another. */
#include "performance_sum.h"
#include "fail.h"
#include "textfile.h"

#include <stdio.h>
#include <stdlib.h>

const char *prt_performance_by_name(prt_performance_by by) {
    static const char *const names[PRT_PERFORMANCE_BYS] = {
#define NAME(name) #name,
        PRT_PERFORMANCE_LIST(NAME)
#undef NAME
    };
    return names[by];
}

void prt_performance_open(prt_bundle *bundle, prt_performance_by by, uint32_t days, int64_t now, prt_performance *out) {
    *out = (prt_performance){.bundle = bundle, .by = by, .days = days, .now = now};
    pr_arena_init(&out->arena, NULL, 0);
}

void prt_performance_close(prt_performance *p) {
    prt_idmap_free(&p->keys);
    free(p->rows);
    pr_arena_free(&p->arena);
    *p = (prt_performance){0};
}

/* ---- the core ---- */

static pr_status ask(prt_performance *p, const char *route, pr_text state, const pr_json **answer, pr_error *error) {
    const pr_json_limits limits = {.max_bytes = (size_t)64 << 20};
    char path[128];
    int size = snprintf(path, sizeof path, "/api/v1/analytics/%s?days=%u&limit=5000", route, p->days);
    const pr_request request = {.method = {"GET", 3}, .path = {path, (size_t)size}, .state = state, .now = p->now};
    pr_response response;
    pr_arena_reset(&p->arena);
    PRT_TRY(prt_bundle_call(p->bundle, &request, &response, error));
    if (response.status == 404)
        return prt_fail(error, PR_E_FORMAT,
                        "the bundle does not recommend in four stages, so that it knows of no lists; "
                        "train it with \"meaning\"");
    if (response.status == 400) { /* a state that this bundle cannot read is that visitor's alone */
        *answer = NULL;
        p->unreadable++;
        return PR_OK;
    }
    if (response.status != 200)
        return prt_fail(error, PR_E_FORMAT, "what became of a visitor's lists cannot be told (%.*s)",
                        (int)(response.body.size < 200 ? response.body.size : 200), response.body.bytes);
    return pr_json_parse(response.body.bytes, response.body.size, &limits, &p->arena, answer, error);
}

static uint64_t whole_in(const pr_json *object, const char *key) {
    const pr_json *value = pr_json_get(object, key);
    return value && value->type == PR_JSON_NUMBER && value->number > 0 ? (uint64_t)value->number : 0;
}

static prt_figures figures_in(const pr_json *object, uint64_t requests) {
    const pr_json *revenue = pr_json_get(object, "revenue");
    return (prt_figures){requests, whole_in(object, "impressions"), whole_in(object, "clicks"),
                         whole_in(object, "conversions"),
                         revenue && revenue->type == PR_JSON_NUMBER ? revenue->number : 0};
}

static void add(prt_figures *sum, prt_figures more) {
    sum->requests += more.requests;
    sum->impressions += more.impressions;
    sum->clicks += more.clicks;
    sum->conversions += more.conversions;
    sum->revenue += more.revenue;
}

static const char *text_in(const pr_json *object, const char *key) {
    const pr_json *value = pr_json_get(object, key);
    return value && value->type == PR_JSON_STRING ? value->string : "";
}

/* ---- rows ---- */

/* KIND:YYYY-MM-DD of a request_id of ours, which goes on with a hash; empty: of no campaign. */
static pr_text own_campaign(pr_text request) {
    static const char shape[] = "dddd-dd-dd:";
    const char *colon = request.size ? memchr(request.bytes, ':', request.size) : NULL;
    size_t kind = colon ? (size_t)(colon - request.bytes) + 1 : 0;
    if (kind < 2 || request.size < kind + sizeof shape)
        return (pr_text){"", 0};
    for (size_t i = 0; i + 1 < sizeof shape; i++) {
        char c = request.bytes[kind + i];
        if (shape[i] == 'd' ? c < '0' || c > '9' : c != shape[i])
            return (pr_text){"", 0};
    }
    return (pr_text){request.bytes, kind + sizeof shape - 2};
}

/* The mails of one kind and night are one campaign, whatever names them. */
static pr_text campaign_of(const prt_performance *p, pr_text request) {
    pr_text named = p->campaign_of ? p->campaign_of(p->campaign_context, request) : (pr_text){"", 0};
    pr_text own = own_campaign(named.size ? named : request);
    return own.size ? own : named;
}

/* The key of a list's row into `out`; empty: it has none. */
static void key_of(const prt_performance *p, const pr_json *list, char out[128]) {
    const pr_json *request = pr_json_get(list, "request_id");
    pr_text id = request ? (pr_text){request->string, request->size} : (pr_text){"", 0};
    if (p->by == PRT_BY_campaign)
        id = campaign_of(p, id);
    if (p->by == PRT_BY_day)
        snprintf(out, 128, "%.10s\t%s", text_in(list, "time"), text_in(list, "context"));
    else if (p->by == PRT_BY_context)
        snprintf(out, 128, "\t%s", text_in(list, "context"));
    else
        snprintf(out, 128, "%.*s", (int)(id.size < 127 ? id.size : 127), id.bytes);
}

static prt_performance_row *row_of(prt_performance *p, const char *key) {
    enum { LEAST = 256 };
    char padded[136] = ""; /* looking up reads 8 bytes */
    uint32_t index;
    bool added;
    snprintf(padded, sizeof padded, "%s", key);
    if (!prt_idmap_add(&p->keys, padded, strlen(padded), &index, &added))
        return NULL;
    if (index == p->row_room) {
        uint32_t room = p->row_room ? 2 * p->row_room : LEAST;
        prt_performance_row *larger = realloc(p->rows, room * sizeof *larger);
        if (!larger)
            return NULL;
        p->rows = larger;
        p->row_room = room;
    }
    if (added)
        p->rows[index] = (prt_performance_row){.time = INT64_MAX};
    return &p->rows[index];
}

static pr_status add_list(prt_performance *p, const pr_json *list, pr_error *error) {
    char key[128];
    int64_t time;
    key_of(p, list, key);
    if (!key[0])
        return PR_OK;
    prt_performance_row *row = row_of(p, key);
    if (!row)
        return prt_fail_memory(error, "adding up what became of recommendations");
    add(&row->figures, figures_in(list, 1));
    if (prt_moment_read(text_in(list, "time"), &time) && time < row->time)
        row->time = time;
    if (p->by != PRT_BY_campaign && !row->context[0])
        snprintf(row->context, sizeof row->context, "%s", text_in(list, "context"));
    return PR_OK;
}

static void add_context(prt_performance *p, const pr_json *given) {
    const char *name = text_in(given, "context");
    uint32_t at = 0;
    while (at < p->context_count && strcmp(p->contexts[at].name, name) != 0)
        at++;
    if (at == PRT_PERFORMANCE_CONTEXTS)
        return;
    if (at == p->context_count)
        snprintf(p->contexts[p->context_count++].name, PRT_CONTEXT_NAME, "%s", name);
    add(&p->contexts[at].figures, figures_in(given, whole_in(given, "requests")));
}

pr_status prt_performance_add_lists(prt_performance *p, pr_text state, pr_error *error) {
    const pr_json *answer;
    PRT_TRY(ask(p, "recommendations/performance", state, &answer, error));
    if (!answer)
        return PR_OK;
    const pr_json *total = pr_json_get(answer, "total"), *contexts = pr_json_get(answer, "by_context"),
                  *lists = pr_json_get(answer, "by_request");
    add(&p->total, figures_in(total, whole_in(total, "requests")));
    for (const pr_json *context = contexts ? contexts->first : NULL; context; context = context->next)
        add_context(p, context);
    for (const pr_json *list = lists ? lists->first : NULL; list; list = list->next)
        PRT_TRY(add_list(p, list, error));
    return PR_OK;
}

pr_status prt_performance_add_funnel(prt_performance *p, pr_text state, pr_error *error) {
    const pr_json *answer, *stage;
    PRT_TRY(ask(p, "conversion-funnel", state, &answer, error));
    if (!answer)
        return PR_OK;
    stage = pr_json_get(answer, "stages");
    stage = stage ? stage->first : NULL;
    for (int s = 0; s < PRT_FUNNEL_STAGES && stage; s++, stage = stage->next) {
        uint64_t reached = whole_in(stage, "reached");
        p->funnel[s].events += whole_in(stage, "events");
        p->funnel[s].products += whole_in(stage, "products");
        p->funnel[s].reached += reached;
        p->funnel[s].people += reached > 0;
    }
    p->abandoned += whole_in(answer, "abandoned");
    p->visitors++;
    return PR_OK;
}
