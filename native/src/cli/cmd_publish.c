/* pocketrec publish: put a bundle where a web server finds it, or take it back. */
#include "cli.h"
#include "publish.h"
#include "static_list.h"

#include <stdio.h>

typedef struct command {
    prt_publishing job;
    const char *site;
    bool rollback, json;
} command;

static void print_json(const command *c, const prt_published *done) {
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    pr_buffer buffer = {.arena = &arena};
    pr_writer writer = {.out = &buffer}, *w = &writer;
    pr_write_object(w);
    pr_write_key(w, "published");
    pr_write_text(w, c->job.to);
    pr_write_key(w, "name");
    pr_write_text(w, done->name);
    pr_write_key(w, "version");
    pr_write_text(w, done->version);
    pr_write_key(w, "items");
    pr_write_number(w, done->items);
    pr_write_key(w, "events");
    pr_write_number(w, done->events);
    pr_write_key(w, "shards");
    pr_write_integer(w, done->shards);
    pr_write_key(w, "rollback");
    pr_write_bool(w, c->rollback);
    pr_write_end_object(w);
    pr_buffer_append(&buffer, "\n", 1);
    if (!buffer.failed)
        fwrite(buffer.bytes, 1, buffer.size, stdout);
    pr_arena_free(&arena);
}

static int run(const command *c) {
    pr_error error = {0};
    prt_published done;
    pr_status status = c->site ? prt_static_list_check(c->site, &error) : PR_OK;
    if (status == PR_OK)
        status = c->rollback ? prt_rollback(c->job.to, &done, &error) : prt_publish(&c->job, &done, &error);
    if (status == PR_OK && c->site)
        status = prt_static_list_fill(c->site, c->job.to, prt_cli_now(), &error);
    if (status != PR_OK)
        return prt_cli_fail(&error);
    fprintf(stderr, "%s %s, version %s: %.0f items, %.0f events, in %s\n",
            c->rollback ? "went back to"
            : done.same ? "was published already:"
                        : "published",
            done.name, done.version, done.items, done.events, c->job.to);
    if (c->json)
        print_json(c, &done);
    return PRT_EXIT_DONE;
}

int prt_cmd_publish(int argc, char **argv) {
    command c = {.job = {.min_ratio = 0.5}};
    int64_t keep = 3;
    const prt_option options[] = {
        {"--to", PRT_OPTION_TEXT, &c.job.to, "DIR", "folder that the web server reads (needed)", 0, 0},
        {"--site", PRT_OPTION_TEXT, &c.site, "DIR", "tell the pages in DIR the static list and what the bundle needs",
         0, 0},
        {"--keep", PRT_OPTION_INTEGER, &keep, "N", "previous versions to keep (3)", 0, 99},
        {"--min-ratio", PRT_OPTION_REAL, &c.job.min_ratio, "R",
         "least share of the published items and events (0.5); 0 allows all", 0, 1},
        {"--rollback", PRT_OPTION_FLAG, &c.rollback, NULL, "go back to the version before", 0, 0},
        {"--json", PRT_OPTION_FLAG, &c.json, NULL, "print a summary as JSON on stdout", 0, 0},
    };
    const prt_usage usage = {
        "publish",
        "BUNDLE --to DIR [options] | --rollback --to DIR",
        "Check a bundle, refuse (exit status 4) one that is broken, empty, much smaller than the published one or\n"
        "whose ranking model is much worse, copy it and switch over in one step. --rollback goes back to the\n"
        "version before.",
        options,
        sizeof options / sizeof *options,
        0,
        1};
    int code = prt_cli_parse(&usage, argc, argv, &c.job.from, NULL);
    if (code != PRT_CLI_GO_ON)
        return code;
    if (!c.job.to)
        return prt_cli_wrong("publish", "--to is missing: say where the web server reads", NULL);
    if (c.rollback == (c.job.from != NULL))
        return prt_cli_wrong("publish", c.rollback ? "--rollback takes no bundle" : "say which bundle", NULL);
    c.job.keep = (uint32_t)keep;
    return run(&c);
}
