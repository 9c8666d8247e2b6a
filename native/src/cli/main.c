/* pocketrec: the table of commands. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

typedef struct command {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} command;

static const command COMMANDS[] = {
    {"synth", "write seeded sample logs with a ready configuration", prt_cmd_synth},
    {"sync", "copy what has changed in a PostgreSQL database", prt_cmd_sync},
    {"train", "learn a bundle from the files that a configuration names", prt_cmd_train},
    {"eval", "compare models on held-out events", prt_cmd_eval},
    {"features", "write the weekly feature rows that ranking models learn from", prt_cmd_features},
    {"serve-topk", "write next week's list for every user of the log", prt_cmd_serve_topk},
    {"campaigns", "write who gets which mail tonight", prt_cmd_campaigns},
    {"performance", "add up what became of recommendations, over all visitors", prt_cmd_performance},
    {"ask", "answer one request from a bundle, as the browser would", prt_cmd_ask},
    {"onboard", "ask the first-visit questions and print ten recommendations", prt_cmd_onboard},
    {"inspect", "show and check what is inside a bundle", prt_cmd_inspect},
    {"encoder", "make an encoder of texts from a model of Hugging Face", prt_cmd_encoder},
    {"embed", "write what an encoder makes of the lines of a file", prt_cmd_embed},
    {"report", "write one page of charts about a bundle", prt_cmd_report},
    {"serve", "serve a site and the routes over HTTP", prt_cmd_serve},
    {"publish", "put a bundle where a web server finds it, or take it back", prt_cmd_publish},
};
enum { COMMAND_COUNT = sizeof COMMANDS / sizeof *COMMANDS };

static void print_help(FILE *out) {
    fputs("Usage: pocketrec COMMAND [options]\n\nRecommendations from a bundle of static files.\n\nCommands:\n", out);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-11s %s\n", COMMANDS[i].name, COMMANDS[i].summary);
    fputs("\n'pocketrec COMMAND --help' shows a command's options; 'pocketrec --version' the version.\n"
          "Exit status: 0 done, 1 failed, 2 wrong usage, 3 bad input data, 4 refused by a gate, 5 input/output, "
          "6 locked.\n",
          out);
}

static int unknown_command(const char *word) {
    const char *names[COMMAND_COUNT];
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        names[i] = COMMANDS[i].name;
    const char *nearest = prt_cli_nearest(word, names, COMMAND_COUNT);
    fprintf(stderr, "pocketrec: there is no command \"%s\"; ", word);
    if (nearest)
        fprintf(stderr, "did you mean \"%s\"? ", nearest);
    fputs("See 'pocketrec --help'\n", stderr);
    return PRT_EXIT_USAGE;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        print_help(stderr);
        return PRT_EXIT_USAGE;
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
        print_help(stdout);
        return PRT_EXIT_DONE;
    }
    if (strcmp(word, "--version") == 0) {
        puts("pocketrec " PR_VERSION);
        return PRT_EXIT_DONE;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(word, COMMANDS[i].name) == 0)
            return COMMANDS[i].run(argc - 1, argv + 1);
    }
    return unknown_command(word);
}
