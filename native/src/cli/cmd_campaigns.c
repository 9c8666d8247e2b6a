/* pocketrec campaigns: tonight's mails from a bundle that is there already. */
#include "campaigns.h"
#include "cli.h"
#include "fail.h"
#include "ingest.h"
#include "progress.h"
#include "textfile.h"

#include <stdio.h>

typedef struct command {
    const char *config_path, *moment;
    prt_campaign_places places;
    int64_t now;
    int threads;
    bool json;
    prt_config config;
    prt_dataset dataset;
    prt_campaigns *campaigns;
    prt_campaign_summary summary;
} command;

static void print_json(const command *c) {
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    pr_buffer buffer = {.arena = &arena};
    pr_writer w = {.out = &buffer};
    pr_write_object(&w);
    prt_campaigns_put(&c->summary, &w);
    pr_write_end_object(&w);
    pr_buffer_append(&buffer, "\n", 1);
    if (!buffer.failed)
        fwrite(buffer.bytes, 1, buffer.size, stdout);
    pr_arena_free(&arena);
}

static pr_status run(command *c, pr_error *error) {
    PRT_TRY(prt_config_read(c->config_path, &c->config, error));
    if (!c->config.has_campaigns)
        return prt_fail(error, PR_E_FORMAT,
                        "%s: has no \"campaigns\", so that it is not known who gets mails; add them", c->config_path);
    PRT_TRY(prt_ingest(&c->config, c->threads, &c->dataset, error));
    PRT_TRY(prt_campaigns_open(&c->config, &c->dataset, &c->places, c->now, &c->campaigns, error));
    PRT_TRY(prt_campaigns_write(c->campaigns, c->threads, &c->summary, error));
    prt_campaigns_say(&c->summary);
    return PR_OK;
}

int prt_cmd_campaigns(int argc, char **argv) {
    command c = {.json = false};
    int64_t threads = 0;
    bool log_json = false, quiet = false;
    const prt_option options[] = {
        {"--bundle", PRT_OPTION_TEXT, &c.places.bundle, "DIR", "folder of the bundle that picks (needed)", 0, 0},
        {"--out", PRT_OPTION_TEXT, &c.places.out, "FILE", "file of the mails, instead of campaigns.out", 0, 0},
        {"--site", PRT_OPTION_TEXT, &c.places.site, "DIR", "a public folder: files are refused to lie in it", 0, 0},
        {"--now", PRT_OPTION_TEXT, &c.moment, "TIME", "make the mails of another moment (now)", 0, 0},
        {"--threads", PRT_OPTION_INTEGER, &threads, "N", "threads to use; also bounded by OMP_NUM_THREADS", 1, 256},
        {"--json", PRT_OPTION_FLAG, &c.json, NULL, "print a summary as JSON on stdout", 0, 0},
        {"--log-json", PRT_OPTION_FLAG, &log_json, NULL, "log one JSON object a line on stderr", 0, 0},
        {"--quiet", PRT_OPTION_FLAG, &quiet, NULL, "log warnings only", 0, 0},
    };
    const prt_usage usage = {"campaigns",
                             "CONFIG --bundle DIR [options]",
                             "Write who gets which mail tonight, as \"campaigns\" in CONFIG says: carts left behind, "
                             "what is back in stock,\n"
                             "new arrivals, a weekly digest. The files name users: keep them private.",
                             options,
                             sizeof options / sizeof *options,
                             1,
                             1};
    int code = prt_cli_parse(&usage, argc, argv, &c.config_path, NULL);
    if (code != PRT_CLI_GO_ON)
        return code;
    if (!c.places.bundle)
        return prt_cli_wrong("campaigns", "--bundle is missing: say which bundle picks", NULL);
    c.now = prt_cli_now();
    if (c.moment && !prt_moment_read(c.moment, &c.now))
        return prt_cli_wrong("campaigns", "--now is no time such as 2026-11-21T02:00:00Z: ", c.moment);
    prt_log_set(log_json ? PRT_LOG_JSON : quiet ? PRT_LOG_QUIET : PRT_LOG_TEXT);
    c.threads = prt_cli_threads(threads);
    pr_error error = {0};
    code = run(&c, &error) == PR_OK ? PRT_EXIT_DONE : prt_cli_fail(&error);
    if (code == PRT_EXIT_DONE && c.json)
        print_json(&c);
    prt_campaigns_close(c.campaigns);
    prt_dataset_free(&c.dataset);
    prt_config_free(&c.config);
    return code;
}
