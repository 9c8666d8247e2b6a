/* `pocketrec serve`: a site and the routes over HTTP, until Ctrl-C. */
#include "cli.h"
#include "server.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static void say_address(const char *host, uint16_t port) {
    bool wants_brackets = strchr(host, ':') != NULL;
    fprintf(stderr, "pocketrec: serving http://%s%s%s:%u/\n", wants_brackets ? "[" : "", host,
            wants_brackets ? "]" : "", (unsigned)port);
    fflush(stderr);
}

static int serve(const prt_server_options *options) {
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    /* Blocked before the server's thread is born, so that only sigwait below gets them. */
    pthread_sigmask(SIG_BLOCK, &ending, NULL);
    signal(SIGPIPE, SIG_IGN);
    prt_server *server;
    pr_error error = {PR_OK, 0, ""};
    if (prt_server_start(options, &server, &error) != PR_OK)
        return prt_cli_fail(&error);
    say_address(options->host, prt_server_port(server));
    int received = 0;
    while (sigwait(&ending, &received) != 0)
        continue;
    fputs("pocketrec: ending\n", stderr);
    prt_server_stop(server);
    return PRT_EXIT_DONE;
}

int prt_cmd_serve(int argc, char **argv) {
    const char *bundle;
    int64_t port = 8080;
    prt_server_options options = {.host = "127.0.0.1"};
    const prt_option known[] = {
        {"--site", PRT_OPTION_TEXT, &options.site, "DIR", "folder of the static files (none: only the routes)", 0, 0},
        {"--port", PRT_OPTION_INTEGER, &port, "N", "port to listen on; 0 takes a free one (8080)", 0, 65535},
        {"--host", PRT_OPTION_TEXT, &options.host, "NAME", "name or address to listen on (127.0.0.1)", 0, 0},
        {"--quiet", PRT_OPTION_FLAG, &options.quiet, NULL, "no line for each request", 0, 0},
    };
    const prt_usage usage = {"serve",
                             "BUNDLE --site DIR [options]",
                             "Serve the files of a site, and the routes of the bundle under /api/ and /openapi.json.\n"
                             "What visitors tell stays in memory, behind a random cookie; a newly published bundle is\n"
                             "taken up without a restart. Ctrl-C ends it.",
                             known,
                             sizeof known / sizeof *known,
                             1,
                             1};
    int code = prt_cli_parse(&usage, argc, argv, &bundle, NULL);
    if (code != PRT_CLI_GO_ON)
        return code;
    options.bundle = bundle;
    options.port = (uint16_t)port;
    return serve(&options);
}
