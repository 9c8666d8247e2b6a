/* GET /api/v1/analytics/recommendations/performance and /conversion-funnel, from the visitor's own state. */
#include "performance.h"
#include "picks.h"
#include "products.h"
#include "stages.h"

#include <math.h>

enum { DAYS = 30, MOST_DAYS = 3650, LISTS = 50, MOST_LISTS = 5000 /* more than a state can have */ };

static const char *const STAGES[PR_FUNNEL_STAGES] = {"VIEW", "CART_ADD", "PURCHASE"};

/* One, two, three ... up to `most`; more are `most`, less are refused. */
static bool read_whole(pr_call *call, const char *name, uint32_t fallback, uint32_t most, uint32_t *out) {
    if (!pr__read_clamped(call, name, fallback, 0, most, out))
        return false;
    if (*out)
        return true;
    pr__refuse(call, 422, "invalid_value", name, "must be a whole number, 1 or more");
    return false;
}

/* Whether everybody is meant is for a server to answer: here there is the visitor. */
static bool check_everyone(pr_call *call) {
    pr_text given = pr__parameter(call, "everyone");
    if (!given.bytes || pr__equal(given.bytes, given.size, "true", 4) || pr__equal(given.bytes, given.size, "false", 5))
        return true;
    pr__refuse(call, 422, "invalid_value", "everyone", "must be true or false");
    return false;
}

static void write_whole(pr_writer *w, const char *key, uint64_t value) {
    pr_write_key(w, key);
    pr_write_integer(w, (int64_t)value);
}

static double ratio(uint64_t part, uint64_t whole) {
    return whole ? (double)part / (double)whole : NAN;
}

/* ---- performance ---- */

static void add(pr_list_performance *sum, const pr_list_performance *list) {
    sum->impressions += list->impressions;
    sum->clicks += list->clicks;
    sum->conversions += list->conversions;
    sum->revenue += list->revenue;
}

static void write_figures(const pr_list_performance *list, pr_writer *w) {
    write_whole(w, "impressions", list->impressions);
    write_whole(w, "clicks", list->clicks);
    pr__write_rounded(w, "ctr", ratio(list->clicks, list->impressions));
    write_whole(w, "conversions", list->conversions);
    pr__write_rounded(w, "conversion_rate", ratio(list->conversions, list->clicks));
    pr__write_price(w, "revenue", list->revenue);
}

static void write_sum(const pr_performance *p, pr_context only, uint32_t contexts, pr_writer *w) {
    pr_list_performance sum = {0};
    uint32_t lists = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        if (contexts == 1 && p->lists[i].context != only)
            continue;
        add(&sum, &p->lists[i]);
        lists++;
    }
    write_whole(w, "requests", lists);
    write_figures(&sum, w);
}

static void write_context(pr_context context, pr_writer *w) {
    pr_write_key(w, "context");
    pr_write_text(w, context == PR_NO_CONTEXT ? NULL : pr__context_names[context]);
}

static bool has_context(const pr_performance *p, int context) {
    for (uint32_t i = 0; i < p->count; i++) {
        if ((int)p->lists[i].context == context)
            return true;
    }
    return false;
}

static void write_contexts(const pr_performance *p, pr_writer *w) {
    pr_write_key(w, "by_context");
    pr_write_array(w);
    for (int context = 0; context < PR_CONTEXTS; context++) {
        if (!has_context(p, context))
            continue;
        pr_write_object(w);
        write_context((pr_context)context, w);
        write_sum(p, (pr_context)context, 1, w);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
}

static void write_lists(const pr_performance *p, uint32_t limit, pr_writer *w) {
    pr_write_key(w, "by_request");
    pr_write_array(w);
    for (uint32_t i = 0; i < p->count && i < limit; i++) {
        const pr_list_performance *list = &p->lists[i];
        pr_write_object(w);
        pr_write_key(w, "request_id");
        pr_write_string(w, list->request.bytes, list->request.size);
        write_context(list->context, w);
        pr__write_time(w, "time", list->time);
        write_figures(list, w);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
}

pr_status pr__get_performance(pr_call *call) {
    uint32_t days, limit;
    pr_performance performance;
    pr_writer *w = &call->w;
    if (!read_whole(call, "days", DAYS, MOST_DAYS, &days) || !read_whole(call, "limit", LISTS, MOST_LISTS, &limit) ||
        !check_everyone(call))
        return PR_OK;
    PR_TRY(pr__performance_read(call->engine, &call->state, call->request->now, days, pr__price_of, &performance,
                                call->error));
    pr_write_object(w);
    write_whole(w, "days", days);
    pr_write_key(w, "total");
    pr_write_object(w);
    write_sum(&performance, PR_NO_CONTEXT, PR_CONTEXTS, w);
    pr_write_end_object(w);
    write_contexts(&performance, w);
    write_lists(&performance, limit, w);
    pr__write_time(w, "generated_at", call->request->now);
    pr_write_end_object(w);
    return PR_OK;
}

/* ---- the funnel ---- */

pr_status pr__get_funnel(pr_call *call) {
    uint32_t days;
    pr_funnel funnel;
    pr_writer *w = &call->w;
    if (!read_whole(call, "days", DAYS, MOST_DAYS, &days) || !check_everyone(call))
        return PR_OK;
    PR_TRY(pr__funnel_read(&call->state, call->request->now, days, &call->engine->scratch, &funnel, call->error));
    pr_write_object(w);
    write_whole(w, "days", days);
    pr_write_key(w, "stages");
    pr_write_array(w);
    for (int s = 0; s < PR_FUNNEL_STAGES; s++) {
        pr_write_object(w);
        pr_write_key(w, "stage");
        pr_write_text(w, STAGES[s]);
        write_whole(w, "events", funnel.events[s]);
        write_whole(w, "products", funnel.products[s]);
        write_whole(w, "reached", funnel.reached[s]);
        pr__write_rounded(w, "rate", s ? ratio(funnel.reached[s], funnel.reached[s - 1]) : funnel.reached[0] ? 1 : NAN);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
    pr__write_rounded(w, "overall_rate", ratio(funnel.reached[PR_FUNNEL_PURCHASE], funnel.reached[PR_FUNNEL_VIEW]));
    write_whole(w, "abandoned", funnel.abandoned);
    pr__write_time(w, "generated_at", call->request->now);
    pr_write_end_object(w);
    return PR_OK;
}
