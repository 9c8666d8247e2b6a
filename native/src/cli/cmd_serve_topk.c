/* `pocketrec serve-topk`: next week's list for every user of the log, as a private CSV file. */
#include "cli.h"
#include "fail.h"
#include "ingest.h"
#include "progress.h"
#include "serve_topk.h"
#include "textfile.h"
#include "train.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_FUTURE_WEEKS = 520 }; /* behind the week after the log, as the core allows */

typedef struct serving {
    const char *config_path, *bundle, *out;
    int64_t week, topk, threads;
    bool quiet;
    prt_config config;
    prt_dataset dataset;
    prt_history history;
    prt_packed packed;
} serving;

/* The folder that a path lies in, resolved; false when there is none. */
static bool folder_of(const char *path, char out[PATH_MAX]) {
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t size = slash ? (size_t)(slash - path) : 0;
    if (size >= sizeof folder)
        return false;
    memcpy(folder, path, size);
    folder[size] = 0;
    return realpath(!slash ? "." : size ? folder : "/", out) != NULL;
}

/* Is `folder` the folder `outer`, or inside it? Both resolved. */
static bool is_inside(const char *folder, const char *outer) {
    size_t size = strlen(outer);
    return strncmp(folder, outer, size) == 0 && (folder[size] == 0 || folder[size] == '/');
}

/* A folder with a manifest is a bundle, whichever it is: what lies there gets published. */
static bool lies_in_bundle(const char *out, const char *bundle) {
    char folder[PATH_MAX], outer[PATH_MAX], manifest[PATH_MAX + 16];
    if (!folder_of(out, folder))
        return false; /* writing will say so */
    snprintf(manifest, sizeof manifest, "%s/manifest.json", folder);
    return access(manifest, F_OK) == 0 || (bundle && realpath(bundle, outer) && is_inside(folder, outer));
}

static pr_status choose_week(serving *s, pr_error *error) {
    int64_t first = s->history.first_week + (int64_t)1, next = s->history.last_week + (int64_t)1,
            last = next + MOST_FUTURE_WEEKS;
    if (s->week == 0)
        s->week = next;
    if (s->week >= first && s->week <= last)
        return PR_OK;
    return prt_fail(error, PR_E_FORMAT,
                    "%s: there can be no lists for week %lld: the log has weeks %d to %d, so give --week %lld to %lld",
                    s->config_path, (long long)s->week, s->history.first_week, s->history.last_week, (long long)first,
                    (long long)last);
}

static pr_status run(serving *s, pr_arena *arena, uint64_t *rows, pr_error *error) {
    int threads = prt_cli_threads(s->threads);
    pr_buffer out = {.arena = arena};
    PRT_TRY(prt_config_read(s->config_path, &s->config, error));
    s->config.now = prt_cli_now();
    if (!s->config.has_weekly)
        return prt_fail(error, PR_E_FORMAT, "%s: has no \"weekly\" log, so that nothing is known to rank by",
                        s->config_path);
    PRT_TRY(prt_ingest(&s->config, threads, &s->dataset, error));
    PRT_TRY(prt_history_make(&s->config, &s->dataset, threads, &s->history, error));
    PRT_TRY(choose_week(s, error));
    if (!s->bundle)
        PRT_TRY(prt_train(&s->config, &s->dataset, threads, prt_cli_now(), &s->packed, error));
    const prt_topk_job job = {.dataset = &s->dataset,
                              .history = &s->history,
                              .bundle = s->bundle,
                              .packed = &s->packed,
                              .week = (int32_t)s->week,
                              .topk = s->topk ? (uint32_t)s->topk : s->config.ranking.topk,
                              .threads = threads,
                              .now = prt_cli_now()};
    PRT_TRY(prt_serve_topk(&job, &out, rows, error));
    return prt_text_replace(s->out, out.bytes, out.size, error);
}

static void serving_free(serving *s) {
    prt_packed_free(&s->packed);
    prt_history_free(&s->history);
    prt_dataset_free(&s->dataset);
    prt_config_free(&s->config);
}

int prt_cmd_serve_topk(int argc, char **argv) {
    serving s = {0};
    const prt_option options[] = {
        {"--out", PRT_OPTION_TEXT, &s.out, "FILE", "CSV file to write; only its owner may read it (needed)", 0, 0},
        {"--bundle", PRT_OPTION_TEXT, &s.bundle, "DIR", "ask this bundle, not one trained for it", 0, 0},
        {"--week", PRT_OPTION_INTEGER, &s.week, "T", "week of the lists (the one after the log)", 1, 1000000},
        {"--topk", PRT_OPTION_INTEGER, &s.topk, "K", "items in each list (ranking.topk)", 1, 1000},
        {"--threads", PRT_OPTION_INTEGER, &s.threads, "N", "threads to use", 1, 256},
        {"--quiet", PRT_OPTION_FLAG, &s.quiet, NULL, "log warnings only", 0, 0},
    };
    const prt_usage usage = {
        "serve-topk",
        "CONFIG --out FILE [options]",
        "Write the list of week T for every user, from what the log has of the weeks before T: user_id, week, goal,\n"
        "rank, trainer_id, title, score, goal_match, source. The file names users: it is never put into a bundle.",
        options,
        sizeof options / sizeof *options,
        1,
        1};
    int code = prt_cli_parse(&usage, argc, argv, &s.config_path, NULL);
    if (code != PRT_CLI_GO_ON)
        return code;
    if (!s.out)
        return prt_cli_wrong("serve-topk", "--out is missing: say where the lists shall go", NULL);
    if (lies_in_bundle(s.out, s.bundle))
        return prt_cli_wrong("serve-topk", "the lists name users and must not lie in a bundle; give another --out",
                             s.out);
    prt_log_set(s.quiet ? PRT_LOG_QUIET : PRT_LOG_TEXT);
    pr_arena arena;
    pr_error error = {0};
    uint64_t rows = 0;
    pr_arena_init(&arena, NULL, 0);
    pr_status status = run(&s, &arena, &rows, &error);
    if (status == PR_OK)
        prt_log("serve-topk", "wrote %llu rows for %u users, week %lld, to %s", (unsigned long long)rows,
                s.history.user_count, (long long)s.week, s.out);
    pr_arena_free(&arena);
    serving_free(&s);
    return status == PR_OK ? PRT_EXIT_DONE : prt_cli_fail(&error);
}
