/* How unevenly the catalogue is taken: the curve of Lorenz (1905), Gini's number, and the first ten items. */
#include "bundle_report.h"
#include "chart.h"
#include "fail.h"
#include "shard_tensor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TOP = 10, STEPS = 100 };

/* Where an item's count lies, the best source first. */
static const struct {
    const char *table, *tensor, *noun;
} sources[] = {{"item_stats", "buyers", "buyers"}, {"items", "started", "starts"}, {"items", "rated", "ratings"}};

/* The counts of all items, or NULL with PR_OK when the bundle has none above 0. */
static pr_status read_counts(const prt_report *report, uint32_t items, double **out, const char **noun,
                             pr_error *error) {
    double *counts = pr_arena_array(report->arena, items + (size_t)1, sizeof *counts);
    *out = NULL;
    if (!counts)
        return prt_fail_memory(error, "reading how often items are taken");
    for (size_t s = 0; s < PRT_COUNT(sources); s++) {
        double sum = 0;
        memset(counts, 0, items * sizeof *counts);
        for (uint32_t i = 0; i < report->shard_count; i++) {
            const pr_shard_info *info = &report->shards[i].info;
            prt_shard_tensor tensor;
            if (report->shards[i].error.code || strcmp(info->table, sources[s].table) != 0)
                continue;
            PRT_TRY(prt_shard_tensor_find(prt_bundle_shard(report->bundle, i), sources[s].tensor, report->arena,
                                          &tensor, error));
            for (uint32_t r = 0; r < tensor.count && info->first_row + (uint64_t)r < items; r++)
                sum += counts[info->first_row + r] = prt_shard_tensor_number(&tensor, r);
        }
        if (sum > 0) {
            *out = counts;
            *noun = sources[s].noun;
            return PR_OK;
        }
    }
    return PR_OK;
}

static int falling(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

/* ---- the curve ---- */

typedef struct lorenz {
    double x[STEPS + 1], y[STEPS + 1], gini;
} lorenz;

/* Shares of the counts taken by the shares of the items, the most taken first. */
static bool make_curve(const double *counts, uint32_t items, pr_arena *arena, lorenz *out) {
    double *sorted = pr_arena_array(arena, items + (size_t)1, sizeof *sorted), total = 0, sum = 0, weighted = 0;
    if (!sorted)
        return false;
    memcpy(sorted, counts, items * sizeof *sorted);
    qsort(sorted, items, sizeof *sorted, falling);
    for (uint32_t i = 0; i < items; i++) {
        total += sorted[i];
        weighted += (items - i) * sorted[i]; /* the rank from below */
    }
    out->gini = 2 * weighted / (items * total) - (items + 1.0) / items;
    for (uint32_t step = 0, i = 0; step <= STEPS; step++) {
        uint32_t end = (uint32_t)((uint64_t)items * step / STEPS);
        for (; i < end; i++)
            sum += sorted[i];
        out->x[step] = (double)end / items;
        out->y[step] = sum / total;
    }
    return true;
}

static void put_shares(pr_buffer *out, const lorenz *curve) {
    static const int steps[] = {1, 5, 10, 20, 50};
    prt_html_put(out, "<table><caption>Share taken by the most popular part of the catalogue</caption><thead><tr><th "
                      "scope=\"col\">Items"
                      "</th><th scope=\"col\" class=\"n\">Share</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < PRT_COUNT(steps); i++)
        prt_html_putf(out, "<tr><th scope=\"row\">first %d %%</th><td class=\"n\">%.1f %%</td></tr>\n", steps[i],
                      100 * curve->y[steps[i] * STEPS / 100]);
    prt_html_put(out, "</tbody></table>\n");
}

/* ---- the first ten ---- */

/* The title of an item, or its id; empty when it cannot be read. */
static pr_status title_of(const prt_report *report, uint32_t item, pr_text *out, pr_error *error) {
    *out = (pr_text){"", 0};
    for (uint32_t i = 0; i < report->shard_count; i++) {
        const pr_shard_info *info = &report->shards[i].info;
        if (report->shards[i].error.code || strcmp(info->table, "items") != 0 || item < info->first_row ||
            item - info->first_row >= info->rows)
            continue;
        pr_text shard = prt_bundle_shard(report->bundle, i);
        PRT_TRY(prt_shard_string(shard, "column.title", item - info->first_row, report->arena, out, error));
        return out->size ? PR_OK : prt_shard_string(shard, "id", item - info->first_row, report->arena, out, error);
    }
    return PR_OK;
}

static pr_status put_top(const prt_report *report, const double *counts, uint32_t items, const char *noun,
                         pr_buffer *out, pr_error *error) {
    uint32_t top[TOP], count = 0;
    for (uint32_t i = 0; i < items; i++) {
        uint32_t at = count < TOP ? count++ : TOP;
        for (; at > 0 && counts[top[at - 1]] < counts[i]; at--) {
            if (at < TOP)
                top[at] = top[at - 1];
        }
        if (at < TOP)
            top[at] = i;
    }
    prt_html_putf(out,
                  "<table><caption>The %u most popular</caption><thead><tr><th scope=\"col\">Item</th><th "
                  "scope=\"col\" class=\"n\">",
                  count);
    prt_html_name(out, noun);
    prt_html_put(out, "</th></tr></thead>\n<tbody>\n");
    for (uint32_t i = 0; i < count; i++) {
        pr_text title;
        PRT_TRY(title_of(report, top[i], &title, error));
        prt_html_put(out, "<tr><th scope=\"row\">");
        prt_html_text(out, title.bytes, title.size);
        prt_html_put(out, "</th><td class=\"n\">");
        prt_html_count(out, (uint64_t)counts[top[i]]);
        prt_html_put(out, "</td></tr>\n");
    }
    prt_html_put(out, "</tbody></table>\n");
    return PR_OK;
}

pr_status prt_report_popularity(const prt_report *report, pr_buffer *out, pr_error *error) {
    double listed = prt_json_number(pr_json_get(report->manifest, "items")), *counts;
    uint32_t items = listed >= 1 && listed < UINT32_MAX ? (uint32_t)listed : 0;
    const char *noun;
    prt_html_put(out, "<section><h2>Popularity</h2>\n");
    PRT_TRY(read_counts(report, items, &counts, &noun, error));
    if (!counts) {
        prt_html_put(out, "<p class=\"none\">This bundle does not say how often its items are taken.</p></section>\n");
        return PR_OK;
    }
    lorenz *curve = pr_arena_take(report->arena, sizeof *curve);
    if (!curve || !make_curve(counts, items, report->arena, curve))
        return prt_fail_memory(error, "drawing how often items are taken");
    prt_html_putf(out,
                  "<p class=\"note\">The share of all %s that falls on the most popular items. On the dashed line "
                  "everything would "
                  "be taken alike; Gini’s number is 0 there and 1 where one item takes all. Here it is %.3f.</p>\n",
                  noun, curve->gini);
    const prt_series series = {{"Items", 5}, curve->x, curve->y, STEPS + 1, true};
    const prt_plot plot = {"Share of all that is taken, by the share of the items",
                           "Share of the items, the most popular first",
                           "Share taken",
                           &series,
                           1,
                           true,
                           false};
    prt_chart_plot(out, &plot);
    put_shares(out, curve);
    PRT_TRY(put_top(report, counts, items, noun, out, error));
    prt_html_put(out, "</section>\n");
    return PR_OK;
}
