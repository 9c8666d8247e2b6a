/* pocketrec performance: what became of recommendations, over all visitors. */
#include "cli.h"
#include "fail.h"
#include "performance_log.h"
#include "progress.h"
#include "state_store.h"
#include "textfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct command {
    const char *input, *bundle_dir, *out, *moment, *by_name;
    prt_performance_by by;
    int64_t days, now;
    bool json;
    prt_config config;
    prt_interaction_log log;
    prt_bundle *bundle;
    prt_performance performance;
} command;

/* ---- inputs ---- */

static bool is_database(const char *path) {
    static const char magic[] = "SQLite format 3";
    char head[sizeof magic];
    FILE *file = fopen(path, "rb");
    bool is = file && fread(head, 1, sizeof head, file) == sizeof head && memcmp(head, magic, sizeof magic) == 0;
    if (file)
        fclose(file);
    return is;
}

static bool ends_with(const char *text, const char *ending) {
    size_t n = strlen(text), m = strlen(ending);
    return n >= m && strcmp(text + n - m, ending) == 0;
}

static pr_status add_row(void *context, const prt_state_row *row, pr_error *error) {
    prt_performance *p = context;
    PRT_TRY(prt_performance_add_lists(p, row->state, error));
    return prt_performance_add_funnel(p, row->state, error);
}

static pr_status add_log(command *c, const prt_interactions_config *config, double limit, pr_error *error) {
    uint64_t cut;
    PRT_TRY(prt_interaction_log_read(config, limit, c->now, &c->log, error));
    c->performance.campaign_of = prt_interaction_log_campaign;
    c->performance.campaign_context = &c->log;
    PRT_TRY(prt_performance_add_log(&c->performance, &c->log, &cut, error));
    if (cut)
        prt_log_warning("%llu visitors did more than 2,000 things in these days; their latest count",
                        (unsigned long long)cut);
    return PR_OK;
}

/* Records as POST /api/v1/interactions takes them, with user_id and timestamp. */
static pr_status add_records(command *c, pr_error *error) {
    const prt_interactions_config usual = {
        .source = {.key = "interactions",
                   .files = {1, &c->input},
                   .format = PRT_FORMAT_JSONL,
                   .delimiter = ',',
                   .quote = '"',
                   .header = true},
        .user = "user_id",
        .type = "interaction_type",
        .item = "product_id",
        .time = "timestamp",
        .request = "request_id",
        .position = "position",
        .context = "context",
        .quantity = "quantity",
        .price = "price",
        .shown = "product_ids",
        .campaign = "campaign_id",
        .lenient = true,
    };
    const double usual_limit = 0.05;
    return add_log(c, &usual, usual_limit, error);
}

static pr_status add_configured(command *c, pr_error *error) {
    PRT_TRY(prt_config_read(c->input, &c->config, error));
    if (!c->config.has_interactions)
        return prt_fail(error, PR_E_FORMAT,
                        "%s: has no \"interactions\", the log of what became of recommendations; add them, or name the "
                        "file that pocketrec serve keeps",
                        c->input);
    return add_log(c, &c->config.interactions, c->config.limits.rejects, error);
}

static pr_status add_all(command *c, pr_error *error) {
    if (is_database(c->input))
        return prt_state_store_each(c->input, add_row, &c->performance, error);
    return ends_with(c->input, ".json") ? add_configured(c, error) : add_records(c, error);
}

/* ---- output ---- */

static pr_status write_out(command *c, pr_error *error) {
    uint32_t *order = prt_performance_order(&c->performance);
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    pr_buffer out = {.arena = &arena};
    if (order && c->json)
        prt_performance_write_json(&c->performance, order, &out);
    else if (order)
        prt_performance_write_csv(&c->performance, order, &out);
    pr_status status = !order || out.failed ? prt_fail_memory(error, "writing what became of recommendations") : PR_OK;
    if (status == PR_OK && c->out)
        status = prt_text_replace(c->out, out.bytes, out.size, error);
    else if (status == PR_OK && (fwrite(out.bytes, 1, out.size, stdout) != out.size || fflush(stdout) != 0))
        status = prt_fail(error, PR_E_IO, "the table cannot be written to standard output; make room and try again");
    free(order);
    pr_arena_free(&arena);
    return status;
}

static void say(const prt_performance *p) {
    prt_log(
        "performance",
        "%llu visitors, %llu lists: %llu impressions, %llu clicks, %llu conversions, revenue %.2f; of %llu people who "
        "viewed %llu put into the cart and %llu of these bought",
        (unsigned long long)p->visitors, (unsigned long long)p->total.requests,
        (unsigned long long)p->total.impressions, (unsigned long long)p->total.clicks,
        (unsigned long long)p->total.conversions, p->total.revenue, (unsigned long long)p->funnel[0].people,
        (unsigned long long)p->funnel[1].people, (unsigned long long)p->funnel[2].people);
}

static pr_status run(command *c, pr_error *error) {
    PRT_TRY(prt_bundle_open(c->bundle_dir, &c->bundle, error));
    prt_performance_open(c->bundle, c->by, (uint32_t)c->days, c->now, &c->performance);
    PRT_TRY(add_all(c, error));
    if (c->performance.unreadable)
        prt_log_warning("the states of some visitors cannot be read and were left out");
    PRT_TRY(write_out(c, error));
    say(&c->performance);
    return PR_OK;
}

/* PRT_CLI_GO_ON, or the exit code after a sentence. */
static int check_options(command *c) {
    int by = 0;
    while (by < PRT_PERFORMANCE_BYS && strcmp(c->by_name, prt_performance_by_name((prt_performance_by)by)) != 0)
        by++;
    c->by = (prt_performance_by)by;
    if (by == PRT_PERFORMANCE_BYS)
        return prt_cli_wrong("performance", "--by must be day, context, request or campaign, not ", c->by_name);
    if (!c->bundle_dir)
        return prt_cli_wrong("performance", "--bundle is missing: say which bundle knows the catalogue", NULL);
    if (c->moment && !prt_moment_read(c->moment, &c->now))
        return prt_cli_wrong("performance", "--now is no time such as 2026-11-21T02:00:00Z: ", c->moment);
    return PRT_CLI_GO_ON;
}

int prt_cmd_performance(int argc, char **argv) {
    command c = {.by_name = "day", .days = 30, .now = prt_cli_now()};
    bool log_json = false, quiet = false;
    const prt_option options[] = {
        {"--bundle", PRT_OPTION_TEXT, &c.bundle_dir, "DIR", "bundle with the catalogue, in four stages (needed)", 0, 0},
        {"--by", PRT_OPTION_TEXT, &c.by_name, "WHAT", "rows: day, context, request or campaign (day)", 0, 0},
        {"--days", PRT_OPTION_INTEGER, &c.days, "N", "days to look back (30)", 1, 3650},
        {"--now", PRT_OPTION_TEXT, &c.moment, "TIME", "look back from another moment (now)", 0, 0},
        {"--json", PRT_OPTION_FLAG, &c.json, NULL, "JSON with total and funnel instead of CSV", 0, 0},
        {"--out", PRT_OPTION_TEXT, &c.out, "FILE", "file instead of standard output", 0, 0},
        {"--log-json", PRT_OPTION_FLAG, &log_json, NULL, "log one JSON object a line on stderr", 0, 0},
        {"--quiet", PRT_OPTION_FLAG, &quiet, NULL, "log warnings only", 0, 0},
    };
    const prt_usage usage = {
        "performance",
        "EVENTS --bundle DIR [options]",
        "Add up over all visitors what became of the lists of recommendations that they were shown. EVENTS is the "
        "file\n"
        "that pocketrec serve keeps (--events), interactions as JSON lines, or a configuration (.json) whose\n"
        "\"interactions\" name a log.",
        options,
        sizeof options / sizeof *options,
        1,
        1};
    int code = prt_cli_parse(&usage, argc, argv, &c.input, NULL);
    if (code == PRT_CLI_GO_ON)
        code = check_options(&c);
    if (code != PRT_CLI_GO_ON)
        return code;
    prt_log_set(log_json ? PRT_LOG_JSON : quiet ? PRT_LOG_QUIET : PRT_LOG_TEXT);
    pr_error error = {0};
    code = run(&c, &error) == PR_OK ? PRT_EXIT_DONE : prt_cli_fail(&error);
    prt_performance_close(&c.performance);
    prt_bundle_close(c.bundle);
    prt_interaction_log_free(&c.log);
    prt_config_free(&c.config);
    return code;
}
