/* Options, help and exit codes of all commands. */
#include "cli.h"
#include "fail.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int prt_cli_exit_code(pr_status status) {
    switch (status) {
    case PR_OK:
        return PRT_EXIT_DONE;
    case PR_E_ARGUMENT:
        return PRT_EXIT_USAGE;
    case PR_E_FORMAT:
    case PR_E_VERSION:
    case PR_E_HASH:
        return PRT_EXIT_DATA;
    case PR_E_REFUSED:
        return PRT_EXIT_REFUSED;
    case PR_E_IO:
        return PRT_EXIT_IO;
    case PR_E_LOCKED:
        return PRT_EXIT_LOCKED;
    default:
        return PRT_EXIT_FAILED;
    }
}

int prt_cli_fail(const pr_error *error) {
    fprintf(stderr, "pocketrec: %s\n", error->message[0] ? error->message : pr_status_text(error->code));
    return prt_cli_exit_code(error->code == PR_OK ? PR_E_MEMORY : error->code);
}

int prt_cli_wrong(const char *command, const char *what, const char *detail) {
    fprintf(stderr, "pocketrec %s: %s%s; see 'pocketrec %s --help'\n", command, what, detail ? detail : "", command);
    return PRT_EXIT_USAGE;
}

int prt_cli_threads(int64_t asked) {
    long threads = asked > 0 ? (long)asked : sysconf(_SC_NPROCESSORS_ONLN);
    const char *bound = getenv("OMP_NUM_THREADS");
    long most = bound ? strtol(bound, NULL, 10) : 0;
    if (most > 0 && threads > most)
        threads = most;
    return threads < 1 ? 1 : threads > 256 ? 256 : (int)threads;
}

int64_t prt_cli_now(void) {
    const char *fixed = getenv("SOURCE_DATE_EPOCH");
    char *end;
    long long seconds = fixed ? strtoll(fixed, &end, 10) : 0;
    if (fixed && *fixed && *end == 0 && seconds >= 0)
        return seconds;
    return (int64_t)time(NULL);
}

const char *prt_cli_nearest(const char *word, const char *const *names, size_t count) {
    return prt_nearest(word, names, count);
}

static void print_help(const prt_usage *usage) {
    printf("Usage: pocketrec %s %s\n\n%s\n\nOptions:\n", usage->name, usage->synopsis, usage->summary);
    for (size_t i = 0; i < usage->option_count; i++) {
        const prt_option *option = &usage->options[i];
        char left[64];
        snprintf(left, sizeof left, "%s%s%s", option->name, option->argument ? " " : "",
                 option->argument ? option->argument : "");
        printf("  %-22s %s\n", left, option->help);
    }
    printf("  %-22s %s\n", "--help", "show this");
}

static const prt_option *find_option(const prt_usage *usage, const char *word, size_t size) {
    for (size_t i = 0; i < usage->option_count; i++) {
        if (strlen(usage->options[i].name) == size && memcmp(usage->options[i].name, word, size) == 0)
            return &usage->options[i];
    }
    return NULL;
}

static int unknown_option(const prt_usage *usage, const char *word) {
    const char *names[64];
    size_t count = usage->option_count < 64 ? usage->option_count : 64;
    for (size_t i = 0; i < count; i++)
        names[i] = usage->options[i].name;
    const char *nearest = prt_cli_nearest(word, names, count);
    char detail[256];
    snprintf(detail, sizeof detail, "%.120s%s%s%s", word, nearest ? "; did you mean " : "", nearest ? nearest : "",
             nearest ? "?" : "");
    return prt_cli_wrong(usage->name, "there is no option ", detail);
}

static bool take_number(const prt_option *option, const char *text) {
    char *end;
    errno = 0;
    bool bounded = option->minimum != 0 || option->maximum != 0;
    if (option->kind == PRT_OPTION_INTEGER) {
        long long number = strtoll(text, &end, 10);
        *(int64_t *)option->value = number;
        return errno == 0 && *text && *end == 0 &&
               (!bounded || (number >= option->minimum && number <= option->maximum));
    }
    double number = strtod(text, &end);
    *(double *)option->value = number;
    return errno == 0 && *text && *end == 0 && isfinite(number) &&
           (!bounded || (number >= (double)option->minimum && number <= (double)option->maximum));
}

static int wrong_number(const prt_usage *usage, const prt_option *option, const char *text) {
    char detail[256];
    int n = snprintf(detail, sizeof detail, " must be a %snumber", option->kind == PRT_OPTION_INTEGER ? "whole " : "");
    if (option->minimum != 0 || option->maximum != 0)
        n += snprintf(detail + n, sizeof detail - (size_t)n, " from %lld to %lld", (long long)option->minimum,
                      (long long)option->maximum);
    snprintf(detail + n, sizeof detail - (size_t)n, ", not \"%.80s\"", text);
    return prt_cli_wrong(usage->name, option->name, detail);
}

/* One option at argv[*at]; moves *at to the last word used. */
static int take_option(const prt_usage *usage, int argc, char **argv, int *at) {
    const char *word = argv[*at], *equals = strchr(word, '=');
    size_t size = equals ? (size_t)(equals - word) : strlen(word);
    const prt_option *option = find_option(usage, word, size);
    if (!option)
        return unknown_option(usage, word);
    if (option->kind == PRT_OPTION_FLAG) {
        if (equals)
            return prt_cli_wrong(usage->name, option->name, " takes no value");
        *(bool *)option->value = true;
        return PRT_CLI_GO_ON;
    }
    const char *text = equals ? equals + 1 : *at + 1 < argc ? argv[++*at] : NULL;
    if (!text)
        return prt_cli_wrong(usage->name, option->name, " needs a value");
    if (option->kind == PRT_OPTION_TEXT)
        *(const char **)option->value = text;
    else if (!take_number(option, text))
        return wrong_number(usage, option, text);
    return PRT_CLI_GO_ON;
}

int prt_cli_parse(const prt_usage *usage, int argc, char **argv, const char **given, size_t *given_count) {
    size_t count = 0;
    bool options = true;
    for (size_t i = 0; i < usage->given_most; i++)
        given[i] = NULL;
    for (int at = 1; at < argc; at++) {
        const char *word = argv[at];
        if (options && strcmp(word, "--") == 0) {
            options = false;
        } else if (options && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)) {
            print_help(usage);
            return PRT_EXIT_DONE;
        } else if (options && word[0] == '-' && word[1] == '-') {
            int code = take_option(usage, argc, argv, &at);
            if (code != PRT_CLI_GO_ON)
                return code;
        } else if (count == usage->given_most) {
            return prt_cli_wrong(usage->name, "there is one word too many: ", word);
        } else {
            given[count++] = word;
        }
    }
    if (count < usage->given_least)
        return prt_cli_wrong(usage->name, "something is missing; use: ", usage->synopsis);
    if (given_count)
        *given_count = count;
    return PRT_CLI_GO_ON;
}
