/* `pocketrec synth KIND`: seeded, realistic logs with planted truth. */
#include "cli.h"
#include "field_check.h"
#include "synth.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NOT_GIVEN = -1 };

/* The numbers of the command line; those that were not given are NOT_GIVEN. */
typedef struct synth_numbers {
    int64_t users, workouts, sessions, feedback, trainers, weeks, products, items, days, seed;
    const char *catalogue;
} synth_numbers;

static uint64_t or_default(int64_t given, uint64_t otherwise) {
    return given == NOT_GIVEN ? otherwise : (uint64_t)given;
}

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
    prt_synth_options o = PRT_SYNTH_OPTIONS_INIT;
    o.users = or_default(numbers->users, o.users);
    o.workouts = or_default(numbers->workouts, o.workouts);
    o.sessions = or_default(numbers->sessions, o.sessions);
    o.feedback = or_default(numbers->feedback, o.feedback);
    o.seed = or_default(numbers->seed, o.seed);
    o.last_day = last_day;
    o.directory = directory;
    pr_error error = {PR_OK, 0, ""};
    if (prt_synth_workouts(&o, &error) != PR_OK)
        return prt_cli_fail(&error);
    fprintf(stderr,
            "Wrote %" PRIu64 " users, %" PRIu64 " workouts, %" PRIu64 " sessions and %" PRIu64
            " ratings; train with: pocketrec train %s/pocketrec.json --out BUNDLE\n",
            o.users, o.workouts, o.sessions, o.feedback, directory);
    return PRT_EXIT_DONE;
}

static int make_trainers(const synth_numbers *numbers, int32_t last_day, const char *directory) {
    prt_trainer_options o = PRT_TRAINER_OPTIONS_INIT;
    o.users = or_default(numbers->users, o.users);
    o.trainers = or_default(numbers->trainers, o.trainers);
    o.weeks = or_default(numbers->weeks, o.weeks);
    o.seed = or_default(numbers->seed, o.seed);
    o.last_day = last_day;
    o.directory = directory;
    pr_error error = {PR_OK, 0, ""};
    if (prt_synth_trainers(&o, &error) != PR_OK)
        return prt_cli_fail(&error);
    fprintf(stderr,
            "Wrote %" PRIu64 " users, %" PRIu64 " trainers and a log of %" PRIu64
            " weeks; train with: pocketrec train %s/pocketrec.json --out BUNDLE\n",
            o.users, o.trainers, o.weeks, directory);
    return PRT_EXIT_DONE;
}

static int make_shop(const synth_numbers *numbers, int32_t last_day, const char *directory) {
    prt_shop_options o = PRT_SHOP_OPTIONS_INIT;
    o.users = or_default(numbers->users, o.users);
    o.products = or_default(numbers->products, o.products);
    o.days = or_default(numbers->days, o.days);
    o.seed = or_default(numbers->seed, o.seed);
    o.catalogue = numbers->catalogue;
    o.last_day = last_day;
    o.directory = directory;
    pr_error error = {PR_OK, 0, ""};
    if (prt_synth_shop(&o, &error) != PR_OK)
        return prt_cli_fail(&error);
    fprintf(stderr,
            "Wrote a catalogue and what %" PRIu64 " users did in %" PRIu64
            " days; train with: pocketrec train %s/pocketrec.json --out BUNDLE\n",
            o.users, o.days, directory);
    return PRT_EXIT_DONE;
}

static int make_retail(const synth_numbers *numbers, int32_t last_day, const char *directory) {
    prt_retail_options o = PRT_RETAIL_OPTIONS_INIT;
    o.users = or_default(numbers->users, o.users);
    o.items = or_default(numbers->items, o.items);
    o.days = or_default(numbers->days, o.days);
    o.seed = or_default(numbers->seed, o.seed);
    o.last_day = last_day;
    o.directory = directory;
    pr_error error = {PR_OK, 0, ""};
    if (prt_synth_retail(&o, &error) != PR_OK)
        return prt_cli_fail(&error);
    fprintf(stderr,
            "Wrote %" PRIu64 " items and what %" PRIu64 " users bought in %" PRIu64
            " days; train with: pocketrec train %s/pocketrec.json --out BUNDLE\n",
            o.items, o.users, o.days, directory);
    return PRT_EXIT_DONE;
}

typedef enum kind { WORKOUTS, TRAINERS, SHOP, RETAIL, KINDS } kind;
static const char *const kind_names[KINDS] = {"workouts", "trainers", "shop", "retail"};

/* An option that the kind does not have would do nothing: its name, or NULL. */
static const char *find_stray(const synth_numbers *n, kind wanted) {
    const struct {
        const char *name;
        bool given;
        unsigned of; /* bits of kinds */
    } options[] = {{"--workouts", n->workouts != NOT_GIVEN, 1u << WORKOUTS},
                   {"--sessions", n->sessions != NOT_GIVEN, 1u << WORKOUTS},
                   {"--feedback", n->feedback != NOT_GIVEN, 1u << WORKOUTS},
                   {"--trainers", n->trainers != NOT_GIVEN, 1u << TRAINERS},
                   {"--weeks", n->weeks != NOT_GIVEN, 1u << TRAINERS},
                   {"--products", n->products != NOT_GIVEN, 1u << SHOP},
                   {"--items", n->items != NOT_GIVEN, 1u << RETAIL},
                   {"--days", n->days != NOT_GIVEN, 1u << SHOP | 1u << RETAIL},
                   {"--catalogue", n->catalogue != NULL, 1u << SHOP}};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (options[i].given && !(options[i].of >> wanted & 1))
            return options[i].name;
    }
    return NULL;
}

int prt_cmd_synth(int argc, char **argv) {
    synth_numbers numbers = {NOT_GIVEN, NOT_GIVEN, NOT_GIVEN, NOT_GIVEN, NOT_GIVEN, NOT_GIVEN,
                             NOT_GIVEN, NOT_GIVEN, NOT_GIVEN, NOT_GIVEN, NULL};
    const char *directory = NULL, *until = NULL;
    int32_t last_day;
    const int64_t most = INT64_C(1) << 32;
    const prt_option options[] = {
        {"--users", PRT_OPTION_INTEGER, &numbers.users, "N", "people (2000)", 1, most},
        {"--workouts", PRT_OPTION_INTEGER, &numbers.workouts, "N", "workouts in the catalogue (600)", 1, 4000000},
        {"--sessions", PRT_OPTION_INTEGER, &numbers.sessions, "N", "sessions, completed or abandoned (34287)", 0, most},
        {"--feedback", PRT_OPTION_INTEGER, &numbers.feedback, "N", "likes and dislikes, at most one a session (14368)",
         0, most},
        {"--trainers", PRT_OPTION_INTEGER, &numbers.trainers, "N", "trainers in the catalogue (200)", 1,
         PRT_MOST_TRAINERS},
        {"--weeks", PRT_OPTION_INTEGER, &numbers.weeks, "N", "weeks of the trainers' log (8)", 1, PRT_MOST_WEEKS},
        {"--products", PRT_OPTION_INTEGER, &numbers.products, "N", "products in the catalogue (2000)", 1,
         PRT_MOST_PRODUCTS},
        {"--items", PRT_OPTION_INTEGER, &numbers.items, "N", "items of the retailer (1500)", 1, PRT_MOST_RETAIL_ITEMS},
        {"--days", PRT_OPTION_INTEGER, &numbers.days, "N", "days of the log (shop: 60, retail: 548)", 1, 3650},
        {"--catalogue", PRT_OPTION_TEXT, &numbers.catalogue, "FILE",
         "real products for the shop's visitors: a CSV file, plain or gzip", 0, 0},
        {"--seed", PRT_OPTION_INTEGER, &numbers.seed, "N", "another seed, another platform (1)", 0, INT64_MAX},
        {"--until", PRT_OPTION_TEXT, &until, "DATE",
         "last day of the logs, YYYY-MM-DD (today, or SOURCE_DATE_EPOCH's day)", 0, 0},
        {"--out", PRT_OPTION_TEXT, &directory, "DIR", "folder to write; made when it does not exist", 0, 0},
    };
    const prt_usage usage = {
        "synth",
        "workouts|trainers|shop|retail --out DIR [options]",
        "Write the logs of a made-up platform with a ready pocketrec.json. workouts: users.csv, sessions.csv,\n"
        "feedback.csv, augmented_workouts.json. trainers: users.csv, Trainers.xlsx (needs DuckDB),\n"
        "all_weeks_interactions.csv, exploration.jsonl. shop: products.csv, events.csv, searches.csv. retail:\n"
        "items.csv, invoices.csv. What was planted in them lies beside in DIR/truth/, which training never reads.\n"
        "The same options and --until give the same bytes on every machine.",
        options,
        sizeof options / sizeof *options,
        1,
        1};
    const char *name;
    int code = prt_cli_parse(&usage, argc, argv, &name, NULL);
    if (code != PRT_CLI_GO_ON)
        return code;
    uint32_t wanted = 0;
    while (wanted < KINDS && strcmp(name, kind_names[wanted]) != 0)
        wanted++;
    if (wanted == KINDS)
        return prt_cli_wrong("synth",
                             "there is no such kind of data (there are: workouts, trainers, shop, retail): ", name);
    const char *stray = find_stray(&numbers, (kind)wanted);
    if (stray)
        return prt_cli_wrong("synth", "this option belongs to another kind of data; take it out: ", stray);
    if (numbers.catalogue && numbers.products != NOT_GIVEN)
        return prt_cli_wrong("synth", "--catalogue says which products there are; take out --products", NULL);
    if (!directory || !*directory)
        return prt_cli_wrong("synth", "the folder to write is missing; add --out DIR", NULL);
    if (!read_last_day(until, &last_day))
        return prt_cli_wrong("synth", "--until must be a date such as 2026-11-21, not ",
                             until ? until : "SOURCE_DATE_EPOCH");
    static int (*const makers[KINDS])(const synth_numbers *, int32_t, const char *) = {make_workouts, make_trainers,
                                                                                       make_shop, make_retail};
    return makers[wanted](&numbers, last_day, directory);
}
