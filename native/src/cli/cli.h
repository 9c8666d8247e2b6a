/* What every command shares: options, help, exit codes.
 *
 * A command is `int prt_cmd_NAME(int argc, char **argv)` where argv[0] is its own name; it returns the exit code.
 *
 *     const char *out = NULL;
 *     int64_t threads = 0;
 *     bool quiet = false;
 *     const prt_option options[] = {
 *         {"--out", PRT_OPTION_TEXT, &out, "DIR", "folder of the bundle"},
 *         {"--threads", PRT_OPTION_INTEGER, &threads, "N", "threads to use", 1, 256},
 *         {"--quiet", PRT_OPTION_FLAG, &quiet, NULL, "say nothing"},
 *     };
 *     const prt_usage usage = {"train", "CONFIG --out DIR [options]", "Learn a bundle.", options, 3, 1, 1};
 *     const char *given[1];
 *     int code = prt_cli_parse(&usage, argc, argv, given, NULL);
 *     if (code != PRT_CLI_GO_ON)
 *         return code;
 */
#ifndef PRT_CLI_H
#define PRT_CLI_H

#include "pocketrec.h"

/* Exit status of the command; the numbers never change. */
enum {
    PRT_EXIT_DONE = 0,
    PRT_EXIT_FAILED = 1,
    PRT_EXIT_USAGE = 2,
    PRT_EXIT_DATA = 3,
    PRT_EXIT_REFUSED = 4,
    PRT_EXIT_IO = 5,
    PRT_EXIT_LOCKED = 6,
};

enum { PRT_CLI_GO_ON = -1 };

typedef enum prt_option_kind {
    PRT_OPTION_FLAG,    /* bool *: set to true */
    PRT_OPTION_TEXT,    /* const char **: points into argv */
    PRT_OPTION_INTEGER, /* int64_t *: minimum … maximum (no bounds when both are 0) */
    PRT_OPTION_REAL,    /* double *: the same */
} prt_option_kind;

typedef struct prt_option {
    const char *name; /* "--out" */
    prt_option_kind kind;
    void *value;
    const char *argument; /* name of the value in the help, NULL for a flag */
    const char *help;
    int64_t minimum, maximum;
} prt_option;

typedef struct prt_usage {
    const char *name;     /* of the command */
    const char *synopsis; /* what follows the name: "CONFIG --out DIR [options]" */
    const char *summary;  /* one or more sentences */
    const prt_option *options;
    size_t option_count;
    size_t given_least, given_most; /* words that are no options */
} prt_usage;

/* Read argv[1…]: `--name value`, `--name=value`, flags, and `--` after which all words are taken as they are. The other
 * words go to `given` (room for given_most; unused places become NULL), their number to *given_count (may be NULL).
 * Returns PRT_CLI_GO_ON, or the exit code after --help (printed on stdout) or a mistake (a sentence on stderr). */
int prt_cli_parse(const prt_usage *usage, int argc, char **argv, const char **given, size_t *given_count);

/* Print one sentence about a wrong use on stderr; returns PRT_EXIT_USAGE. */
int prt_cli_wrong(const char *command, const char *what, const char *detail);

/* The exit code of a status. */
int prt_cli_exit_code(pr_status status);

/* Print the error's message on stderr; returns the exit code of its code. */
int prt_cli_fail(const pr_error *error);

/* Threads to use: `asked` if > 0, else the number of processors; never more than OMP_NUM_THREADS says. */
int prt_cli_threads(int64_t asked);

/* SOURCE_DATE_EPOCH when set and right, else the clock: seconds since 1970-01-01 UTC. */
int64_t prt_cli_now(void);

/* The name in `names` that is nearest to `word` (few wrong letters), or NULL. */
const char *prt_cli_nearest(const char *word, const char *const *names, size_t count);

/* The commands. */
int prt_cmd_sync(int argc, char **argv);
int prt_cmd_train(int argc, char **argv);
int prt_cmd_inspect(int argc, char **argv);
int prt_cmd_report(int argc, char **argv);
int prt_cmd_publish(int argc, char **argv);
int prt_cmd_synth(int argc, char **argv);
int prt_cmd_ask(int argc, char **argv);
int prt_cmd_onboard(int argc, char **argv);
int prt_cmd_serve(int argc, char **argv);
int prt_cmd_eval(int argc, char **argv);
int prt_cmd_features(int argc, char **argv);
int prt_cmd_serve_topk(int argc, char **argv);
int prt_cmd_encoder(int argc, char **argv);
int prt_cmd_embed(int argc, char **argv);
int prt_cmd_campaigns(int argc, char **argv);
int prt_cmd_performance(int argc, char **argv);

#endif
