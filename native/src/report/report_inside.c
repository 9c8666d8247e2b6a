/* What the bundle is made of: tables and their sizes, settings, and whether every byte is as promised. */
#include "bundle_report.h"
#include "chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_TABLES = 40 };

typedef struct table_sum {
    const char *name;
    uint32_t shards;
    uint64_t rows, bytes;
} table_sum;

static uint32_t sum_tables(const prt_report *report, table_sum tables[MOST_TABLES]) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < report->shard_count; i++) {
        const pr_shard_info *info = &report->shards[i].info;
        uint32_t t = 0;
        while (t < count && strcmp(tables[t].name, info->table) != 0)
            t++;
        if (t == MOST_TABLES)
            continue;
        if (t == count)
            tables[count++] = (table_sum){.name = info->table};
        tables[t].shards++;
        tables[t].rows += info->rows;
        tables[t].bytes += info->bytes;
    }
    return count;
}

static void put_counts(pr_buffer *out, uint64_t shards, uint64_t rows, uint64_t bytes) {
    const uint64_t cells[] = {shards, rows, bytes};
    for (int i = 0; i < 3; i++) {
        prt_html_put(out, "<td class=\"n\">");
        prt_html_count(out, cells[i]);
        prt_html_put(out, "</td>");
    }
    prt_html_put(out, "</tr>\n");
}

void prt_report_sizes(const prt_report *report, pr_buffer *out) {
    table_sum tables[MOST_TABLES], all = {0};
    prt_bar bars[MOST_TABLES];
    uint32_t count = sum_tables(report, tables);
    prt_html_put(out, "<section><h2>Sizes</h2>\n<p class=\"note\">Kilobytes of each table; a visitor fetches only the "
                      "shards that are "
                      "asked for.</p>\n");
    for (uint32_t t = 0; t < count; t++)
        bars[t] = (prt_bar){{tables[t].name, strlen(tables[t].name)}, (double)tables[t].bytes / 1000, NAN, NAN};
    prt_chart_bars(out, "Kilobytes by table", bars, count);
    prt_html_put(
        out, "<table><caption>Tables</caption><thead><tr><th scope=\"col\">Table</th><th scope=\"col\" "
             "class=\"n\">Shards</th>"
             "<th scope=\"col\" class=\"n\">Rows</th><th scope=\"col\" class=\"n\">Bytes</th></tr></thead>\n<tbody>\n");
    for (uint32_t t = 0; t < count; t++) {
        prt_html_put(out, "<tr><th scope=\"row\">");
        prt_html_name(out, tables[t].name);
        prt_html_put(out, "</th>");
        put_counts(out, tables[t].shards, tables[t].rows, tables[t].bytes);
        all.shards += tables[t].shards;
        all.rows += tables[t].rows;
        all.bytes += tables[t].bytes;
    }
    prt_html_put(out, "<tr><th scope=\"row\">All</th>");
    put_counts(out, all.shards, all.rows, all.bytes);
    prt_html_put(out, "</tbody></table></section>\n");
}

/* ---- settings ---- */

enum { MOST_PATH = 200 };

static void put_setting(pr_buffer *out, const char *path, const pr_json *value) {
    prt_html_put(out, "<tr><th scope=\"row\">");
    prt_html_text(out, path, strlen(path));
    prt_html_put(out, "</th><td>");
    prt_html_json(out, value);
    prt_html_put(out, "</td></tr>\n");
}

/* Objects are followed three deep; lists of lists are data, not settings. */
static void put_settings(pr_buffer *out, const char *path, const pr_json *object, int depth) {
    for (const pr_json *m = object->first; m; m = m->next) {
        char inner[MOST_PATH];
        const pr_json *first = prt_json_first(m);
        bool table = first && (first->type == PR_JSON_ARRAY || first->type == PR_JSON_OBJECT);
        if (snprintf(inner, sizeof inner, "%s%s%s", path, path[0] ? "." : "", m->key) >= (int)sizeof inner || table)
            continue;
        if (m->type == PR_JSON_OBJECT && depth < 3)
            put_settings(out, inner, m, depth + 1);
        else if (m->type != PR_JSON_OBJECT)
            put_setting(out, inner, m);
    }
}

void prt_report_settings(const prt_report *report, pr_buffer *out) {
    const pr_json *settings = pr_json_get(report->manifest, "settings");
    prt_html_put(out, "<section><h2>Settings</h2>\n<details><summary>All settings</summary><table><thead><tr><th "
                      "scope=\"col\">Setting"
                      "</th><th scope=\"col\">Value</th></tr></thead>\n<tbody>\n");
    if (settings && settings->type == PR_JSON_OBJECT)
        put_settings(out, "", settings, 0);
    prt_html_put(out, "</tbody></table></details></section>\n");
}

/* ---- health ---- */

void prt_report_health(const prt_report *report, pr_buffer *out) {
    prt_html_put(out, "<section><h2>Health</h2>\n");
    if (report->broken == 0) {
        prt_html_putf(
            out,
            "<p>All %u shards are whole: every length, offset and SHA-256 is as the manifest promises.</p></section>\n",
            report->shard_count);
        return;
    }
    prt_html_putf(out,
                  "<p class=\"bad\">%u of %u shards cannot be used. Train or publish the bundle again.</p>\n<ul>\n",
                  report->broken, report->shard_count);
    for (uint32_t i = 0; i < report->shard_count; i++) {
        const char *message = report->shards[i].error.message;
        if (!report->shards[i].error.code)
            continue;
        prt_html_put(out, "<li>");
        prt_html_text(out, message, strlen(message));
        prt_html_put(out, "</li>\n");
    }
    prt_html_put(out, "</ul></section>\n");
}
