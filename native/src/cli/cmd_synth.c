/* `pocketrec synth KIND`: seeded, realistic logs with planted truth. */
#include "cli.h"
#include "field_check.h"
#include "synth.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The numbers of the command line; none is negative. */
typedef struct synth_numbers {
    int64_t users, workouts, sessions, feedback, seed;
} synth_numbers;

/* The last day of the logs: the one given, else that of SOURCE_DATE_EPOCH, else today, so that nothing looks years old.
 */
static bool read_last_day(const char *until, int32_t *last_day) {
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    int64_t days = (epoch && *epoch ? strtoll(epoch, NULL, 10) : (int64_t)time(NULL)) / 86400;
    if (until && !prt_parse_date(until, strlen(until), &days))
        return false;
    *last_day = (int32_t)days;
    return days > 1000 && days < 100000;
}

static int make_workouts(const synth_numbers *numbers, int32_t last_day, const char *directory) {
    prt_synth_options options = {(uint64_t)numbers->users,
                                 (uint64_t)numbers->workouts,
                                 (uint64_t)numbers->sessions,
                                 (uint64_t)numbers->feedback,
                                 (uint64_t)numbers->seed,
                                 last_day,
                                 directory};
    pr_error error = {PR_OK, 0, ""};
    if (prt_synth_workouts(&options, &error) != PR_OK)
        return prt_cli_fail(&error);
    fprintf(stderr,
            "Wrote %" PRId64 " users, %" PRId64 " workouts, %" PRId64 " sessions and %" PRId64
            " ratings; train with: pocketrec train %s/pocketrec.json --out BUNDLE\n",
            numbers->users, numbers->workouts, numbers->sessions, numbers->feedback, directory);
    return PRT_EXIT_DONE;
}

int prt_cmd_synth(int argc, char **argv) {
    prt_synth_options size = PRT_SYNTH_OPTIONS_INIT;
    synth_numbers numbers = {(int64_t)size.users, (int64_t)size.workouts, (int64_t)size.sessions,
                             (int64_t)size.feedback, (int64_t)size.seed};
    const char *directory = NULL, *until = NULL;
    int32_t last_day;
    const int64_t most = INT64_C(1) << 32;
    const prt_option options[] = {
        {"--users", PRT_OPTION_INTEGER, &numbers.users, "N", "people (2000)", 1, most},
        {"--workouts", PRT_OPTION_INTEGER, &numbers.workouts, "N", "workouts in the catalogue (600)", 1, 4000000},
        {"--sessions", PRT_OPTION_INTEGER, &numbers.sessions, "N", "sessions, completed or abandoned (34287)", 0, most},
        {"--feedback", PRT_OPTION_INTEGER, &numbers.feedback, "N", "likes and dislikes, at most one a session (14368)",
         0, most},
        {"--seed", PRT_OPTION_INTEGER, &numbers.seed, "N", "another seed, another platform (1)", 0, INT64_MAX},
        {"--until", PRT_OPTION_TEXT, &until, "DATE",
         "last day of the logs, YYYY-MM-DD (today, or SOURCE_DATE_EPOCH's day)", 0, 0},
        {"--out", PRT_OPTION_TEXT, &directory, "DIR", "folder to write; made when it does not exist", 0, 0},
    };
    const prt_usage usage = {
        "synth",
        "workouts --out DIR [options]",
        "Write the logs of a made-up workout platform with a ready pocketrec.json: users.csv, sessions.csv,\n"
        "feedback.csv, augmented_workouts.json. What was planted in them lies beside in DIR/truth/, which\n"
        "training never reads. The same options and --until give the same bytes on every machine.",
        options,
        sizeof options / sizeof *options,
        1,
        1};
    const char *kind;
    int code = prt_cli_parse(&usage, argc, argv, &kind, NULL);
    if (code != PRT_CLI_GO_ON)
        return code;
    if (strcmp(kind, "workouts") != 0)
        return prt_cli_wrong("synth", "there is no such kind of data (there is: workouts): ", kind);
    if (!directory || !*directory)
        return prt_cli_wrong("synth", "the folder to write is missing; add --out DIR", NULL);
    if (!read_last_day(until, &last_day))
        return prt_cli_wrong("synth", "--until must be a date such as 2026-11-21, not ",
                             until ? until : "SOURCE_DATE_EPOCH");
    return make_workouts(&numbers, last_day, directory);
}
