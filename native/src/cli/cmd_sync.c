/* pocketrec sync: the mirror of a catalogue that lies in PostgreSQL. */
#include "cli.h"
#include "fail.h"
#include "progress.h"
#include "sync.h"

#include <stdio.h>
#include <string.h>

typedef struct syncing {
    const char *config_path;
    prt_sync_options options;
    bool status, json;
    prt_config config;
    pr_arena arena;
} syncing;

static const char *text_of(const pr_json *row, const char *key) {
    const pr_json *value = pr_json_get(row, key);
    return value && value->type == PR_JSON_STRING ? value->string : "-";
}

static void print_row(const pr_json *row) {
    printf("%-20s %-8s %10.0f rows, complete %s, up to %s\n", text_of(row, "table"), text_of(row, "state"),
           pr_json_get(row, "rows")->number, text_of(row, "completed"), text_of(row, "watermark"));
    printf("%-20s last run %s to %s: %.0f read, %.0f new, %.0f changed, %.0f removed\n", "", text_of(row, "started"),
           text_of(row, "finished"), pr_json_get(row, "read")->number, pr_json_get(row, "inserted")->number,
           pr_json_get(row, "updated")->number, pr_json_get(row, "deleted")->number);
    if (pr_json_get(row, "error")->type == PR_JSON_STRING)
        printf("%-20s %s\n", "", text_of(row, "error"));
}

static pr_status print_status(syncing *s, pr_error *error) {
    pr_buffer buffer = {.arena = &s->arena};
    pr_writer writer = {.out = &buffer};
    const pr_json_limits limits = {16 << 20, 8};
    const pr_json *root;
    PRT_TRY(prt_sync_status_write(&s->config, &writer, error));
    if (buffer.failed)
        return prt_fail_memory(error, "reading the mirror");
    if (s->json) {
        printf("%.*s\n", (int)buffer.size, buffer.bytes);
        return PR_OK;
    }
    PRT_TRY(pr_json_parse(buffer.bytes, buffer.size, &limits, &s->arena, &root, error));
    for (const pr_json *row = pr_json_get(root, "tables")->first; row; row = row->next)
        print_row(row);
    return PR_OK;
}

static pr_status run(syncing *s, pr_error *error) {
    PRT_TRY(prt_config_read(s->config_path, &s->config, error));
    if (!s->config.has_sync)
        return prt_fail(error, PR_E_FORMAT, "%s: there is no \"sync\", so there is no database to copy from; add it",
                        s->config_path);
    if (s->status)
        return print_status(s, error);
    PRT_TRY(prt_sync_run(&s->config, &s->options, error));
    return s->json ? print_status(s, error) : PR_OK;
}

int prt_cmd_sync(int argc, char **argv) {
    syncing s = {0};
    bool log_json = false, quiet = false;
    const prt_option options[] = {
        {"--full", PRT_OPTION_FLAG, &s.options.full, NULL, "read all rows again, and compare the keys of all tables", 0,
         0},
        {"--table", PRT_OPTION_TEXT, &s.options.table, "NAME", "only this table of the mirror", 0, 0},
        {"--site", PRT_OPTION_TEXT, &s.options.site, "DIR", "a public folder: the mirror is refused to lie in it", 0,
         0},
        {"--status", PRT_OPTION_FLAG, &s.status, NULL, "show how far the mirror is, and copy nothing", 0, 0},
        {"--json", PRT_OPTION_FLAG, &s.json, NULL, "print the mirror's sync_status as JSON on stdout", 0, 0},
        {"--log-json", PRT_OPTION_FLAG, &log_json, NULL, "log one JSON object a line on stderr", 0, 0},
        {"--quiet", PRT_OPTION_FLAG, &quiet, NULL, "log warnings only", 0, 0},
    };
    const prt_usage usage = {
        "sync",
        "CONFIG [options]",
        "Copy what has changed in the PostgreSQL database that CONFIG names under \"sync\" into its mirror, an SQLite\n"
        "file. Nothing is written to the database. A run that was stopped at any moment goes on where it was.\n"
        "`pocketrec train` does this first.",
        options,
        PRT_COUNT(options),
        1,
        1};
    int code = prt_cli_parse(&usage, argc, argv, &s.config_path, NULL);
    if (code != PRT_CLI_GO_ON)
        return code;
    if (s.status && (s.options.full || s.options.table))
        return prt_cli_wrong("sync", "--status copies nothing; take --full and --table out", NULL);
    prt_log_set(log_json ? PRT_LOG_JSON : quiet ? PRT_LOG_QUIET : PRT_LOG_TEXT);
    pr_error error = {0};
    pr_arena_init(&s.arena, NULL, 0);
    const pr_status status = run(&s, &error);
    pr_arena_free(&s.arena);
    prt_config_free(&s.config);
    return status == PR_OK ? PRT_EXIT_DONE : prt_cli_fail(&error);
}
