/* The page: its head, its sections in their order. */
#include "bundle_report.h"
#include "fail.h"

pr_status prt_report_look(prt_report *report, pr_error *error) {
    pr_engine *engine = prt_bundle_engine(report->bundle);
    pr_text text = prt_bundle_manifest(report->bundle);
    PRT_TRY(pr_json_parse(text.bytes, text.size, NULL, report->arena, &report->manifest, error));
    report->shard_count = pr_engine_shard_count(engine);
    report->shards = pr_arena_array(report->arena, report->shard_count + (size_t)1, sizeof *report->shards);
    if (!report->shards)
        return prt_fail_memory(error, "reporting on the bundle");
    for (uint32_t i = 0; i < report->shard_count; i++) {
        report->broken += prt_bundle_attach(report->bundle, i, &report->shards[i].error) != PR_OK;
        pr_engine_shard(engine, i, &report->shards[i].info);
    }
    return PR_OK;
}

const pr_json *prt_report_purchases(const prt_report *report) {
    const pr_json *purchases = pr_json_get(pr_json_get(report->manifest, "settings"), "purchases");
    return purchases && purchases->type == PR_JSON_OBJECT ? purchases : NULL;
}

static void put_name(const prt_report *report, pr_buffer *out) {
    prt_html_json(out, pr_json_get(report->manifest, "name"));
}

static void put_fact(pr_buffer *out, const char *name, const pr_json *value) {
    if (!value)
        return;
    prt_html_putf(out, "<div><dt>%s</dt><dd>", name);
    if (value->type == PR_JSON_NUMBER && value->is_integer && value->number >= 0)
        prt_html_count(out, (uint64_t)value->number);
    else
        prt_html_json(out, value);
    prt_html_put(out, "</dd></div>\n");
}

/* What the bundle was learned from: the purchases' own figures where it has them, else those of the training. */
static void put_facts(const prt_report *report, pr_buffer *out) {
    const pr_json *stats = pr_json_get(prt_report_purchases(report), "stats");
    const pr_json *figures = stats ? stats : pr_json_get(report->manifest, "metrics");
    prt_html_put(out, "<dl class=\"facts\">\n");
    put_fact(out, "Items", pr_json_get(report->manifest, "items"));
    static const char *const names[][2] = {
        {"users", "Users"},       {"interactions", "Interactions"}, {"purchases", "Purchases"},
        {"returns", "Returns"},   {"revenue", "Revenue"},           {"events", "Events"},
        {"segments", "Segments"},
    };
    for (size_t i = 0; i < PRT_COUNT(names); i++)
        put_fact(out, names[i][1], pr_json_get(figures, names[i][0]));
    put_fact(out, "Version", pr_json_get(report->manifest, "version"));
    put_fact(out, "Made", pr_json_get(report->manifest, "created"));
    prt_html_put(out, "</dl>\n");
}

static void put_head(const prt_report *report, pr_buffer *out) {
    prt_html_put(
        out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
             "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    put_name(report, out);
    prt_html_put(out, " – report</title>\n<style>\n");
    prt_html_put(out, prt_report_style);
    prt_html_put(out, "</style>\n</head>\n<body>\n<header>\n<p class=\"eyebrow\">pocketrec report</p>\n<h1>");
    put_name(report, out);
    prt_html_put(out, "</h1>\n");
    put_facts(report, out);
    prt_html_put(out, "</header>\n<main>\n");
}

pr_status prt_report_write(const prt_report *report, pr_buffer *out, pr_error *error) {
    put_head(report, out);
    prt_report_leaderboard(report, out);
    prt_report_coverage(report, out);
    prt_report_diversity(report, out);
    prt_report_questions(report, out);
    prt_report_calibration(report, out);
    PRT_TRY(prt_report_popularity(report, out, error));
    prt_report_sizes(report, out);
    prt_report_settings(report, out);
    prt_report_health(report, out);
    prt_html_put(out, "</main>\n</body>\n</html>\n");
    return out->failed ? prt_fail_memory(error, "writing the report") : PR_OK;
}
