/* Tables of what became of recommendations, as CSV and JSON. */
#include "performance_sum.h"
#include "textfile.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const STAGES[PRT_FUNNEL_STAGES] = {"VIEW", "CART_ADD", "PURCHASE"};

/* ---- order ---- */

typedef struct keyed {
    pr_text key;
    int64_t time;
    uint32_t row;
} keyed;

static pr_text key_of(const prt_performance *p, uint32_t row) {
    const prt_text_pool *keys = &p->keys.ids;
    return (pr_text){keys->bytes + keys->offsets[row], (size_t)(keys->offsets[row + (size_t)1] - keys->offsets[row])};
}

static int by_key(const void *a, const void *b) {
    const keyed *x = a, *y = b;
    size_t common = x->key.size < y->key.size ? x->key.size : y->key.size;
    int order = common ? memcmp(x->key.bytes, y->key.bytes, common) : 0;
    return order ? order : (x->key.size > y->key.size) - (x->key.size < y->key.size);
}

static int by_time(const void *a, const void *b) {
    const keyed *x = a, *y = b;
    return x->time != y->time ? (x->time < y->time) - (x->time > y->time) : by_key(a, b);
}

uint32_t *prt_performance_order(const prt_performance *p) {
    uint32_t count = p->keys.ids.count;
    keyed *all = malloc((count + (size_t)1) * sizeof *all);
    uint32_t *order = malloc((count + (size_t)1) * sizeof *order);
    for (uint32_t i = 0; all && i < count; i++)
        all[i] = (keyed){key_of(p, i), p->rows[i].time, i};
    if (all)
        qsort(all, count, sizeof *all, p->by == PRT_BY_request ? by_time : by_key);
    for (uint32_t i = 0; all && order && i < count; i++)
        order[i] = all[i].row;
    if (!all) {
        free(order);
        order = NULL;
    }
    free(all);
    return order;
}

/* ---- numbers ---- */

static double round_to(double value, double scale) {
    return floor(value * scale + 0.5) / scale;
}

static double ratio(uint64_t part, uint64_t whole) {
    return whole ? round_to((double)part / (double)whole, 1e4) : NAN;
}

/* Wilson's interval of 95 %; none where there is no proportion: nothing to try, or more successes than trials. */
static void interval(uint64_t part, uint64_t whole, double *low, double *high) {
    const double z95 = 1.959963984540054;
    *low = *high = NAN;
    if (!whole || part > whole)
        return;
    pr_wilson_interval((double)part, (double)whole, z95, low, high);
    *low = round_to(*low, 1e4);
    *high = round_to(*high, 1e4);
}

/* ---- CSV ---- */

static void append(pr_buffer *out, const char *text) {
    pr_buffer_append(out, text, strlen(text));
}

/* A key is letters, digits and signs without a quote or comma, but for campaigns that a log names as it likes. */
static void append_text(pr_buffer *out, pr_text text) {
    append(out, "\"");
    for (size_t i = 0; i < text.size; i++)
        pr_buffer_append(out, text.bytes[i] == '"' ? "\"\"" : text.bytes + i, text.bytes[i] == '"' ? 2 : 1);
    append(out, "\"");
}

/* Not known: an empty cell. */
static void append_number(pr_buffer *out, double value) {
    char text[32];
    append(out, ",");
    if (value == value)
        pr_buffer_append(out, text, pr_format_number(value, text));
}

static void append_rate(pr_buffer *out, uint64_t part, uint64_t whole) {
    double low, high;
    interval(part, whole, &low, &high);
    append_number(out, ratio(part, whole));
    append_number(out, low);
    append_number(out, high);
}

static void append_figures(pr_buffer *out, const prt_figures *f) {
    append_number(out, (double)f->requests);
    append_number(out, (double)f->impressions);
    append_number(out, (double)f->clicks);
    append_rate(out, f->clicks, f->impressions);
    append_number(out, (double)f->conversions);
    append_rate(out, f->conversions, f->clicks);
    append_number(out, round_to(f->revenue, 100));
    append(out, "\n");
}

static pr_text text_of(const char *text) {
    return (pr_text){text, strlen(text)};
}

void prt_performance_write_csv(const prt_performance *p, const uint32_t *order, pr_buffer *out) {
    append(out, p->by == PRT_BY_day       ? "day,context"
                : p->by == PRT_BY_request ? "request_id,context,time"
                                          : prt_performance_by_name(p->by));
    append(out, ",requests,impressions,clicks,ctr,ctr_low,ctr_high,conversions,conversion_rate,conversion_rate_low,"
                "conversion_rate_high,revenue\n");
    for (uint32_t i = 0; i < p->keys.ids.count; i++) {
        const prt_performance_row *row = &p->rows[order[i]];
        pr_text key = key_of(p, order[i]);
        char time[32];
        prt_moment_write(row->time, time);
        if (p->by == PRT_BY_day)
            pr_buffer_append(out, key.bytes, key.size < 10 ? key.size : 10);
        else if (p->by != PRT_BY_context)
            append_text(out, key);
        if (p->by == PRT_BY_day || p->by == PRT_BY_request)
            append(out, ",");
        if (p->by != PRT_BY_campaign)
            append_text(out, text_of(row->context));
        if (p->by == PRT_BY_request) {
            append(out, ",");
            append(out, time);
        }
        append_figures(out, &row->figures);
    }
}

/* ---- JSON ---- */

static void put_count(pr_writer *w, const char *key, uint64_t count) {
    pr_write_key(w, key);
    pr_write_integer(w, (int64_t)count);
}

static void put_number(pr_writer *w, const char *key, double value) {
    pr_write_key(w, key);
    pr_write_number(w, value);
}

static void put_text(pr_writer *w, const char *key, pr_text text) {
    pr_write_key(w, key);
    if (text.size)
        pr_write_string(w, text.bytes, text.size);
    else
        pr_write_null(w);
}

static void put_time(pr_writer *w, const char *key, int64_t time) {
    char text[32];
    prt_moment_write(time, text);
    put_text(w, key, text_of(text));
}

static void put_interval(pr_writer *w, const char *key, uint64_t part, uint64_t whole) {
    double low, high;
    interval(part, whole, &low, &high);
    pr_write_key(w, key);
    pr_write_array(w);
    pr_write_number(w, low);
    pr_write_number(w, high);
    pr_write_end_array(w);
}

static void put_figures(pr_writer *w, const prt_figures *f, bool requests, bool intervals) {
    if (requests)
        put_count(w, "requests", f->requests);
    put_count(w, "impressions", f->impressions);
    put_count(w, "clicks", f->clicks);
    put_number(w, "ctr", ratio(f->clicks, f->impressions));
    if (intervals)
        put_interval(w, "ctr_interval", f->clicks, f->impressions);
    put_count(w, "conversions", f->conversions);
    put_number(w, "conversion_rate", ratio(f->conversions, f->clicks));
    if (intervals)
        put_interval(w, "conversion_rate_interval", f->conversions, f->clicks);
    put_number(w, "revenue", round_to(f->revenue, 100));
}

static void put_rows(const prt_performance *p, const uint32_t *order, uint32_t most, bool intervals, pr_writer *w) {
    pr_write_array(w);
    for (uint32_t i = 0; i < p->keys.ids.count && i < most; i++) {
        const prt_performance_row *row = &p->rows[order[i]];
        pr_text key = key_of(p, order[i]);
        pr_write_object(w);
        if (p->by == PRT_BY_day)
            put_text(w, "day", (pr_text){key.bytes, key.size < 10 ? key.size : 10});
        else if (p->by != PRT_BY_context)
            put_text(w, p->by == PRT_BY_request ? "request_id" : "campaign", key);
        if (p->by != PRT_BY_campaign)
            put_text(w, "context", text_of(row->context));
        if (p->by == PRT_BY_request)
            put_time(w, "time", row->time);
        put_figures(w, &row->figures, p->by != PRT_BY_request, intervals);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
}

static void put_funnel(const prt_performance *p, bool people, pr_writer *w) {
    pr_write_key(w, "stages");
    pr_write_array(w);
    for (int s = 0; s < PRT_FUNNEL_STAGES; s++) {
        const prt_funnel_stage *stage = &p->funnel[s], *before = &p->funnel[s ? s - 1 : 0];
        pr_write_object(w);
        put_text(w, "stage", text_of(STAGES[s]));
        put_count(w, "events", stage->events);
        put_count(w, "products", stage->products);
        put_count(w, "reached", stage->reached);
        put_number(w, "rate", ratio(stage->reached, before->reached));
        if (people) {
            put_count(w, "people", stage->people);
            put_number(w, "people_rate", ratio(stage->people, before->people));
        }
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
    put_number(w, "overall_rate", ratio(p->funnel[PRT_FUNNEL_STAGES - 1].reached, p->funnel[0].reached));
    put_count(w, "abandoned", p->abandoned);
}

void prt_performance_write_json(const prt_performance *p, const uint32_t *order, pr_buffer *out) {
    pr_writer writer = {.out = out}, *w = &writer;
    pr_write_object(w);
    put_text(w, "by", text_of(prt_performance_by_name(p->by)));
    put_count(w, "days", p->days);
    put_count(w, "visitors", p->visitors);
    pr_write_key(w, "rows");
    put_rows(p, order, UINT32_MAX, true, w);
    pr_write_key(w, "total");
    pr_write_object(w);
    put_figures(w, &p->total, true, true);
    pr_write_end_object(w);
    pr_write_key(w, "funnel");
    pr_write_object(w);
    put_funnel(p, true, w);
    pr_write_end_object(w);
    put_time(w, "generated_at", p->now);
    pr_write_end_object(w);
    pr_buffer_append(out, "\n", 1);
}

/* ---- routes ---- */

static int by_name(const void *a, const void *b) {
    return strcmp(a, b);
}

void prt_performance_write_route(const prt_performance *p, const uint32_t *order, uint32_t lists, pr_buffer *out) {
    pr_writer writer = {.out = out}, *w = &writer;
    char names[PRT_PERFORMANCE_CONTEXTS][PRT_CONTEXT_NAME];
    for (uint32_t c = 0; c < p->context_count; c++)
        memcpy(names[c], p->contexts[c].name, PRT_CONTEXT_NAME);
    qsort(names, p->context_count, PRT_CONTEXT_NAME, by_name);
    pr_write_object(w);
    put_count(w, "days", p->days);
    pr_write_key(w, "total");
    pr_write_object(w);
    put_figures(w, &p->total, true, false);
    pr_write_end_object(w);
    pr_write_key(w, "by_context");
    pr_write_array(w);
    for (uint32_t n = 0; n < p->context_count; n++) {
        uint32_t c = 0;
        while (strcmp(p->contexts[c].name, names[n]) != 0)
            c++;
        pr_write_object(w);
        put_text(w, "context", text_of(names[n]));
        put_figures(w, &p->contexts[c].figures, true, false);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
    pr_write_key(w, "by_request");
    put_rows(p, order, lists, false, w);
    put_time(w, "generated_at", p->now);
    pr_write_end_object(w);
}

void prt_performance_write_funnel_route(const prt_performance *p, pr_buffer *out) {
    pr_writer writer = {.out = out}, *w = &writer;
    pr_write_object(w);
    put_count(w, "days", p->days);
    put_funnel(p, false, w);
    put_time(w, "generated_at", p->now);
    pr_write_end_object(w);
}
