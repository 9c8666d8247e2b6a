/* pocketrec report: a bundle as one page of HTML. */
#include "bundle_report.h"
#include "cli.h"
#include "fail.h"
#include "textfile.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_EVALUATION = 64 << 20 /* bytes */ };

static pr_status read_evaluation(const char *path, pr_arena *arena, char **text, const pr_json **out, pr_error *error) {
    const pr_json_limits limits = {MOST_EVALUATION, 0};
    pr_error wrong = {0};
    size_t size;
    PRT_TRY(prt_text_read(path, MOST_EVALUATION, text, &size, error));
    if (pr_json_parse(*text, size, &limits, arena, out, &wrong) != PR_OK)
        return prt_fail(error, wrong.code, "%s: %s; give what 'pocketrec eval --json' printed", path, wrong.message);
    if (!pr_json_get(*out, "leaderboard"))
        return prt_fail(error, PR_E_FORMAT, "%s: has no leaderboard; give what 'pocketrec eval --json' printed", path);
    return PR_OK;
}

/* The page is for everybody who may read the folder, unlike the states that prt_text_replace is for. */
static pr_status replace(const char *path, const pr_buffer *page, pr_error *error) {
    PRT_TRY(prt_text_replace(path, page->bytes, page->size, error));
    mode_t mask = umask(0);
    umask(mask);
    return chmod(path, 0666 & ~mask) == 0
               ? PR_OK
               : prt_fail(error, PR_E_IO, "%s: its rights cannot be set; check the folder", path);
}

static pr_status make(prt_report *report, const char *evaluation, const char *html, pr_error *error) {
    pr_buffer page = {.arena = report->arena};
    char *text = NULL;
    pr_status status =
        evaluation ? read_evaluation(evaluation, report->arena, &text, &report->evaluation, error) : PR_OK;
    if (status == PR_OK)
        status = prt_report_look(report, error);
    if (status == PR_OK)
        status = prt_report_write(report, &page, error);
    if (status == PR_OK)
        status = replace(html, &page, error);
    free(text);
    return status;
}

int prt_cmd_report(int argc, char **argv) {
    const char *dir, *html = NULL, *evaluation = NULL;
    const prt_option options[] = {
        {"--html", PRT_OPTION_TEXT, &html, "FILE", "where the page goes", 0, 0},
        {"--eval", PRT_OPTION_TEXT, &evaluation, "EVAL.json", "what 'pocketrec eval --json' printed", 0, 0},
    };
    const prt_usage usage = {
        "report",
        "BUNDLE --html FILE [--eval EVAL.json]",
        "Write one self-contained page about a bundle: leaderboard, coverage, calibration, popularity,\n"
        "sizes, settings and health. Exit status 3 when a shard is broken; the page says which.",
        options,
        PRT_COUNT(options),
        1,
        1};
    int code = prt_cli_parse(&usage, argc, argv, &dir, NULL);
    if (code != PRT_CLI_GO_ON)
        return code;
    if (!html)
        return prt_cli_wrong("report", "--html FILE is missing", NULL);
    pr_arena arena;
    pr_error error = {0};
    prt_report report = {.arena = &arena};
    pr_arena_init(&arena, NULL, 0);
    pr_status status = prt_bundle_open(dir, &report.bundle, &error);
    if (status == PR_OK)
        status = make(&report, evaluation, html, &error);
    code = status != PR_OK ? prt_cli_fail(&error) : report.broken ? PRT_EXIT_DATA : PRT_EXIT_DONE;
    prt_bundle_close(report.bundle);
    pr_arena_free(&arena);
    return code;
}
