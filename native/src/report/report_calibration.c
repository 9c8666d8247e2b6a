/* Is a stated confidence true? From an evaluation: what was stated against what came. From the manifest: what is stated
 * for a score. */
#include "bundle_report.h"
#include "chart.h"

#include <math.h>

enum { MOST_MODELS = 8, MOST_POINTS = 64 };

typedef struct curves {
    prt_series series[MOST_MODELS];
    double x[MOST_MODELS][MOST_POINTS], y[MOST_MODELS][MOST_POINTS], size[MOST_MODELS][MOST_POINTS];
    uint32_t count;
} curves;

/* The first of two members that is there: evaluations of different age name them differently. */
static double either(const pr_json *bin, const char *one, const char *other) {
    const pr_json *value = pr_json_get(bin, one);
    return prt_json_number(value ? value : pr_json_get(bin, other));
}

static void add_model(curves *c, const pr_json *model) {
    const pr_json *bins = model->type == PR_JSON_OBJECT ? pr_json_get(model, "bins") : model;
    uint32_t m = c->count, n = 0;
    for (const pr_json *bin = prt_json_first(bins); bin && n < MOST_POINTS; bin = bin->next, n++) {
        bool pair = bin->type == PR_JSON_ARRAY && bin->first && bin->first->next;
        c->x[m][n] = pair ? prt_json_number(bin->first) : either(bin, "predicted", "confidence");
        c->y[m][n] = pair ? prt_json_number(bin->first->next) : either(bin, "observed", "share");
        c->size[m][n] = pair ? NAN : either(bin, "count", "items");
    }
    if (n == 0)
        return;
    c->series[m] = (prt_series){{model->key, model->key_size}, c->x[m], c->y[m], n, true};
    c->count++;
}

static void read_curves(curves *c, const pr_json *models) {
    c->count = 0;
    for (const pr_json *m = models && models->type == PR_JSON_OBJECT ? models->first : NULL;
         m && c->count < MOST_MODELS; m = m->next)
        add_model(c, m);
}

static void put_table(pr_buffer *out, const curves *c, const char *const names[3]) {
    prt_html_putf(
        out,
        "<details><summary>The figures</summary><table><thead><tr><th scope=\"col\">Model</th><th scope=\"col\" "
        "class=\"n\">%s</th><th scope=\"col\" class=\"n\">%s</th>",
        names[0], names[1]);
    if (names[2])
        prt_html_putf(out, "<th scope=\"col\" class=\"n\">%s</th>", names[2]);
    prt_html_put(out, "</tr></thead>\n<tbody>\n");
    for (uint32_t m = 0; m < c->count; m++) {
        for (uint32_t i = 0; i < c->series[m].count; i++) {
            const double cells[] = {c->x[m][i], c->y[m][i], c->size[m][i]};
            prt_html_put(out, "<tr><th scope=\"row\">");
            prt_html_text(out, c->series[m].name.bytes, c->series[m].name.size);
            prt_html_put(out, "</th>");
            for (int k = 0; k < (names[2] ? 3 : 2); k++) {
                prt_html_put(out, "<td class=\"n\">");
                prt_html_number(out, cells[k], 4);
                prt_html_put(out, "</td>");
            }
            prt_html_put(out, "</tr>\n");
        }
    }
    prt_html_put(out, "</tbody></table></details>\n");
}

void prt_report_calibration(const prt_report *report, pr_buffer *out) {
    static const char *const judged[] = {"Stated", "Came true", "Items"}, *const stated[] = {"Score", "Confidence",
                                                                                             NULL};
    curves *c = pr_arena_take(report->arena, sizeof *c);
    prt_html_put(out, "<section><h2>Calibration</h2>\n");
    if (!c) {
        out->failed = true;
        return;
    }
    read_curves(c, pr_json_get(report->evaluation, "calibration"));
    bool evaluated = c->count > 0;
    if (!evaluated)
        read_curves(c, pr_json_get(prt_report_purchases(report), "confidence"));
    const prt_plot plot = {evaluated ? "Share that came true by the confidence that was stated, one line a model"
                                     : "Confidence that is stated for a score, one line a model",
                           evaluated ? "Confidence stated" : "Score",
                           evaluated ? "Share that came true" : "Confidence",
                           c->series,
                           c->count,
                           evaluated,
                           false};
    if (c->count == 0) {
        prt_html_put(out, "<p class=\"none\">This bundle states no confidence.</p></section>\n");
        return;
    }
    prt_html_put(
        out, evaluated
                 ? "<p class=\"note\">On the dashed line a stated confidence is exactly the share that came "
                   "true.</p>\n"
                 : "<p class=\"note\">What is stated for a score, as learned from held-out visitors. Whether it comes "
                   "true is shown with an evaluation (--eval).</p>\n");
    prt_chart_plot(out, &plot);
    put_table(out, c, evaluated ? judged : stated);
    prt_html_put(out, "</section>\n");
}
