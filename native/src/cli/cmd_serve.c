/* `pocketrec serve`: a site and the routes over HTTP, until Ctrl-C. */
#include "cli.h"
#include "server.h"
#include "state_store.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void say_address(const char *host, uint16_t port) {
    bool wants_brackets = strchr(host, ':') != NULL;
    fprintf(stderr, "pocketrec: serving http://%s%s%s:%u/\n", wants_brackets ? "[" : "", host,
            wants_brackets ? "]" : "", (unsigned)port);
    fflush(stderr);
}

/* Wait for the signal that ends the server; meanwhile keep its log. */
static void wait_for_end(prt_server *server, const sigset_t *signals) {
    const struct timespec second = {.tv_sec = 1};
    int received = 0;
    while (received != SIGINT && received != SIGTERM) {
        received = sigtimedwait(signals, NULL, &second);
        if (received == SIGHUP)
            prt_server_reopen_log(server);
        prt_server_tick(server);
    }
}

static int serve(const prt_server_options *options) {
    sigset_t awaited;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGINT);
    sigaddset(&awaited, SIGTERM);
    sigaddset(&awaited, SIGHUP);
    /* Blocked before the server's threads are born, so that only the wait below gets them. */
    pthread_sigmask(SIG_BLOCK, &awaited, NULL);
    signal(SIGPIPE, SIG_IGN);
    prt_server *server;
    pr_error error = {PR_OK, 0, ""};
    if (prt_server_start(options, &server, &error) != PR_OK)
        return prt_cli_fail(&error);
    say_address(options->host, prt_server_port(server));
    wait_for_end(server, &awaited);
    fputs("pocketrec: ending\n", stderr);
    return prt_server_stop(server, &error) == PR_OK ? PRT_EXIT_DONE : prt_cli_fail(&error);
}

/* What visitors told, on standard output; needs no bundle. */
static int export_events(const char *events) {
    pr_error error = {PR_OK, 0, ""};
    return prt_state_store_export(events, stdout, &error) == PR_OK ? PRT_EXIT_DONE : prt_cli_fail(&error);
}

int prt_cmd_serve(int argc, char **argv) {
    const char *bundle;
    bool exporting = false;
    int64_t port = 8080, threads = 0, timeout = 20, connections = 1000;
    prt_server_options options = {.host = "127.0.0.1", .events = "pocketrec-events.sqlite"};
    const prt_option known[] = {
        {"--site", PRT_OPTION_TEXT, &options.site, "DIR", "folder of the static files (none: only the routes)", 0, 0},
        {"--port", PRT_OPTION_INTEGER, &port, "N", "port to listen on; 0 takes a free one (8080)", 0, 65535},
        {"--host", PRT_OPTION_TEXT, &options.host, "NAME", "name or address to listen on (127.0.0.1)", 0, 0},
        {"--events", PRT_OPTION_TEXT, &options.events, "FILE",
         "SQLite file of the visitors' states; none: in memory only (pocketrec-events.sqlite)", 0, 0},
        {"--profiles", PRT_OPTION_TEXT, &options.profiles, "FILE",
         "what training knows of users (outputs.profiles), for requests that name one", 0, 0},
        {"--profiles-token", PRT_OPTION_TEXT, &options.profiles_token, "FILE",
         "requests that name a user need the token in this file (none: they must come from this machine)", 0, 0},
        {"--profiles-open", PRT_OPTION_FLAG, &options.profiles_open, NULL,
         "anybody may name a user, and see what is known of them", 0, 0},
        {"--encoder", PRT_OPTION_TEXT, &options.encoder, "PATH",
         "encode queries that search by meaning with it (the encoder in the bundle)", 0, 0},
        {"--access-log", PRT_OPTION_TEXT, &options.access_log, "FILE",
         "Combined Log Format, opened anew on SIGHUP; -: standard output", 0, 0},
        {"--threads", PRT_OPTION_INTEGER, &threads, "N", "threads that answer (one a processor)", 1, 256},
        {"--connections", PRT_OPTION_INTEGER, &connections, "N", "connections at the same time (1000)", 1, 100000},
        {"--timeout", PRT_OPTION_INTEGER, &timeout, "SECONDS", "close a connection that is silent so long (20)", 1,
         3600},
        {"--export-events", PRT_OPTION_FLAG, &exporting, NULL,
         "do not serve: print the visitors' states in --events as JSON lines", 0, 0},
        {"--quiet", PRT_OPTION_FLAG, &options.quiet, NULL, "no line for each request on stderr", 0, 0},
    };
    const prt_usage usage = {
        "serve",
        "BUNDLE --site DIR [options]",
        "Serve the files of a site, and the routes of the bundle under /api/, /recommendations/ and /openapi.json.\n"
        "What visitors tell is kept in one SQLite file, behind the user that a request names or a\n"
        "random cookie; a newly published bundle is taken up without a restart. Ctrl-C ends it.",
        known,
        sizeof known / sizeof *known,
        0,
        1};
    int code = prt_cli_parse(&usage, argc, argv, &bundle, NULL);
    if (code != PRT_CLI_GO_ON)
        return code;
    if (exporting)
        return export_events(options.events);
    if (!bundle)
        return prt_cli_wrong("serve", "something is missing; use: BUNDLE --site DIR [options]", NULL);
    if (!options.profiles && (options.profiles_token || options.profiles_open))
        return prt_cli_wrong("serve", "--profiles-token and --profiles-open need --profiles FILE", NULL);
    if (options.profiles_token && options.profiles_open)
        return prt_cli_wrong("serve", "--profiles-token and --profiles-open exclude each other", NULL);
    options.bundle = bundle;
    options.port = (uint16_t)port;
    options.threads = (unsigned)prt_cli_threads(threads);
    options.timeout = (unsigned)timeout;
    options.connections = (unsigned)connections;
    if (strcmp(options.events, "none") == 0)
        options.events = NULL;
    return serve(&options);
}
