/* Boards of models: the leaderboard with its intervals, coverage, accuracy against diversity, and what else an
 * evaluation has asked. Without an evaluation the figures of the training stand in, which have no intervals. */
#include "bundle_report.h"
#include "chart.h"

#include <math.h>
#include <string.h>

enum { MOST_MODELS = 24 };

/* Members that say the same as the board they stand beside. */
static bool is_first_board_again(const pr_json *member) {
    return strcmp(member->key, "warm") == 0;
}

static const pr_json *board_of(const prt_report *report) {
    const pr_json *board = pr_json_get(report->evaluation, "leaderboard");
    return board ? board : pr_json_get(prt_report_purchases(report), "models");
}

static const pr_json *model_name(const pr_json *row) {
    const pr_json *name = pr_json_get(row, "model");
    return name ? name : pr_json_get(row, "name");
}

/* A metric is a number, or an object with mean, low and high. */
static prt_bar figure(const pr_json *row, const char *metric) {
    const pr_json *value = pr_json_get(pr_json_get(row, "metrics"), metric);
    const pr_json *mean = pr_json_get(value, "mean");
    return (prt_bar){prt_json_text(model_name(row)), prt_json_number(mean ? mean : value),
                     prt_json_number(pr_json_get(value, "low")), prt_json_number(pr_json_get(value, "high"))};
}

/* The first metric that begins so, with the cut that decides; NULL when there is none. */
static const char *metric_named(const pr_json *board, const char *head) {
    const pr_json *metrics = pr_json_get(prt_json_first(board), "metrics");
    for (const pr_json *m = metrics && metrics->type == PR_JSON_OBJECT ? metrics->first : NULL; m; m = m->next) {
        if (strncmp(m->key, head, strlen(head)) == 0)
            return m->key;
    }
    return NULL;
}

static void put_cell(pr_buffer *out, const prt_bar *figure) {
    prt_html_put(out, "<td class=\"n\">");
    prt_html_number(out, figure->value, 4);
    if (isfinite(figure->low) && isfinite(figure->high)) {
        prt_html_put(out, " <small>");
        prt_html_number(out, figure->low, 4);
        prt_html_put(out, "…");
        prt_html_number(out, figure->high, 4);
        prt_html_put(out, "</small>");
    }
    prt_html_put(out, "</td>");
}

/* `of`: whose figures they are, as a name. */
static void put_board_table(pr_buffer *out, const pr_json *board, const char *of) {
    const pr_json *metrics = pr_json_get(prt_json_first(board), "metrics");
    prt_html_put(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Metrics: ");
    prt_html_name(out, of);
    prt_html_put(out, "\"><table><caption>Metrics: ");
    prt_html_name(out, of);
    prt_html_put(out, "</caption><thead><tr><th scope=\"col\">Model</th>");
    for (const pr_json *m = metrics ? metrics->first : NULL; m; m = m->next) {
        prt_html_put(out, "<th scope=\"col\" class=\"n\">");
        prt_html_text(out, m->key, m->key_size);
        prt_html_put(out, "</th>");
    }
    prt_html_put(out, "</tr></thead>\n<tbody>\n");
    for (const pr_json *row = prt_json_first(board); row; row = row->next) {
        prt_html_put(out, "<tr><th scope=\"row\">");
        prt_html_json(out, model_name(row));
        prt_html_put(out, "</th>");
        for (const pr_json *m = metrics ? metrics->first : NULL; m; m = m->next) {
            const prt_bar value = figure(row, m->key);
            put_cell(out, &value);
        }
        prt_html_put(out, "</tr>\n");
    }
    prt_html_put(out, "</tbody></table></div>\n");
}

static void put_bars(pr_buffer *out, const pr_json *board, const char *metric, const char *title) {
    prt_bar bars[MOST_MODELS];
    uint32_t count = 0;
    for (const pr_json *row = prt_json_first(board); row && count < MOST_MODELS; row = row->next)
        bars[count++] = figure(row, metric);
    prt_chart_bars(out, title, bars, count);
}

/* Boards beside the first: by group, as served, over time. Each is an object with a leaderboard. */
static void put_other_boards(pr_buffer *out, const pr_json *evaluation) {
    for (const pr_json *m = evaluation ? evaluation->first : NULL; m; m = m->next) {
        const pr_json *board = pr_json_get(m, "leaderboard");
        if (!prt_json_first(board) || is_first_board_again(m))
            continue;
        prt_html_put(out, "<h3>");
        prt_html_name(out, m->key);
        prt_html_put(out, "</h3>\n");
        put_board_table(out, board, m->key);
    }
}

void prt_report_leaderboard(const prt_report *report, pr_buffer *out) {
    const pr_json *board = board_of(report);
    const pr_json *metrics = pr_json_get(prt_json_first(board), "metrics");
    prt_html_put(out, "<section><h2>Leaderboard</h2>\n");
    if (!metrics || metrics->type != PR_JSON_OBJECT || !metrics->first) {
        prt_html_put(
            out,
            "<p class=\"none\">This bundle carries no figures of its models. Run “pocketrec eval CONFIG --json” and "
            "give what it prints with --eval.</p></section>\n");
        return;
    }
    if (report->evaluation) {
        prt_html_put(out, "<p class=\"note\">Protocol ");
        prt_html_json(out, pr_json_get(report->evaluation, "protocol"));
        prt_html_put(out, "; lines and small figures are 95 % intervals.</p>\n");
    } else {
        prt_html_put(
            out, "<p class=\"note\">As measured in training, without intervals; an evaluation given with --eval has "
                 "them.</p>\n");
    }
    prt_html_put(out, "<h3>");
    prt_html_text(out, metrics->first->key, metrics->first->key_size);
    prt_html_put(out, "</h3>\n");
    put_bars(out, board, metrics->first->key, "The metric that decides, by model");
    put_board_table(out, board, "all");
    put_other_boards(out, report->evaluation);
    prt_html_put(out, "</section>\n");
}

void prt_report_coverage(const prt_report *report, pr_buffer *out) {
    const pr_json *board = board_of(report);
    const char *metric = metric_named(board, "coverage");
    prt_html_put(out, "<section><h2>Coverage</h2>\n");
    if (!metric) {
        prt_html_put(out, "<p class=\"none\">No model’s coverage is known here.</p></section>\n");
        return;
    }
    prt_html_put(out, "<p class=\"note\">The share of the catalogue that appears in anybody’s list (");
    prt_html_text(out, metric, strlen(metric));
    prt_html_put(out, "). The figures stand in the leaderboard’s table.</p>\n");
    put_bars(out, board, metric, "Share of the catalogue that is recommended, by model");
    prt_html_put(out, "</section>\n");
}

void prt_report_diversity(const prt_report *report, pr_buffer *out) {
    const pr_json *board = board_of(report);
    const char *x = metric_named(board, "diversity"), *y = metric_named(board, "ndcg");
    double at[MOST_MODELS][2];
    prt_series series[MOST_MODELS];
    uint32_t count = 0;
    prt_html_put(out, "<section><h2>Accuracy against diversity</h2>\n");
    for (const pr_json *row = prt_json_first(board); x && y && row && count < MOST_MODELS; row = row->next) {
        prt_bar across = figure(row, x), up = figure(row, y);
        if (!isfinite(across.value) || !isfinite(up.value))
            continue;
        at[count][0] = across.value;
        at[count][1] = up.value;
        series[count] = (prt_series){across.label, &at[count][0], &at[count][1], 1, false};
        count++;
    }
    if (count == 0)
        prt_html_put(out, "<p class=\"none\">Needs an evaluation with NDCG and diversity: give one with --eval.</p>");
    else {
        prt_html_put(
            out, "<p class=\"note\">Up is more accurate, right is more varied within a list. The figures stand in the "
                 "leaderboard’s table.</p>\n");
        const prt_plot plot = {
            "NDCG against diversity within a list, one point a model", "Diversity", "NDCG", series, count, false, true};
        prt_chart_plot(out, &plot);
    }
    prt_html_put(out, "</section>\n");
}

/* ---- fold-in, served: two figures of one model beside each other ---- */

static void put_pair_rows(pr_buffer *out, const pr_json *pairs, const char *what) {
    for (const pr_json *pair = prt_json_first(pairs); pair; pair = pair->next) {
        const pr_json *ratio = pr_json_get(pair, "ratio");
        const prt_bar value = {{"", 0},
                               prt_json_number(pr_json_get(ratio, "mean")),
                               prt_json_number(pr_json_get(ratio, "low")),
                               prt_json_number(pr_json_get(ratio, "high"))};
        prt_html_putf(out, "<tr><th scope=\"row\">%s</th><td>", what);
        prt_html_json(out, pr_json_get(pair, "model"));
        prt_html_put(out, "</td><td>");
        prt_html_json(out, pr_json_get(pair, "metric"));
        prt_html_put(out, "</td>");
        put_cell(out, &value);
        prt_html_put(out, "</tr>\n");
    }
}

void prt_report_questions(const prt_report *report, pr_buffer *out) {
    const pr_json *folded = pr_json_get(pr_json_get(report->evaluation, "fold_in"), "models");
    const pr_json *served = pr_json_get(report->evaluation, "served");
    if (!prt_json_first(folded) && !prt_json_first(pr_json_get(served, "models")))
        return;
    prt_html_put(
        out,
        "<section><h2>What the device costs</h2>\n<p class=\"note\">1 is as good as the trainer’s own lists: for "
        "people "
        "the training never saw, and for lists made by the browser’s engine from the compact tables.</p>\n"
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Ratios\"><table><caption>Ratios with 95 % "
        "intervals</caption><thead><tr><th scope=\"col\">Question</th><th scope=\"col\">Model</th><th scope=\"col\">"
        "Metric</th><th scope=\"col\" class=\"n\">Ratio</th></tr></thead>\n<tbody>\n");
    put_pair_rows(out, folded, "Never seen / trained on");
    put_pair_rows(out, pr_json_get(served, "models"), "Served untuned / native");
    put_pair_rows(out, pr_json_get(served, "tuned"), "Served as configured / native");
    prt_html_put(out, "</tbody></table></div></section>\n");
}
