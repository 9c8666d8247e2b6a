/* The HTTP daemon: listening, collecting bodies, choosing between routes and files. */
#include "server.h"
#include "fail.h"
#include "http.h"
#include "own_file.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    MOST_HEADERS = 32 * 1024, /* of a request, its line included */
    WAITING = 1024,           /* connections that wait to be accepted */
    MOST_VISITORS = 100000,   /* in memory */
    STATE_BYTES = 256 << 20,
    PARTS = 64,
    DRAIN_TENTHS = 50, /* of a second, for requests that run at the end */
    OWN_FILES = 64,    /* descriptors beside those of connections and of what they send */
};

/* Called with the request line's target before anything is decoded. */
static void *begin_request(void *closure, const char *target, struct MHD_Connection *connection) {
    struct prt_server *server = closure;
    (void)connection;
    size_t size = strlen(target) + 1;
    prt_http_request *request = calloc(1, sizeof *request + size);
    if (!request)
        return NULL;
    clock_gettime(CLOCK_MONOTONIC, &request->start);
    memcpy(request->target, target, size);
    atomic_fetch_add(&server->running, 1);
    return request;
}

static void end_request(void *closure, struct MHD_Connection *connection, void **context,
                        enum MHD_RequestTerminationCode code) {
    struct prt_server *server = closure;
    prt_http_request *request = *context;
    (void)code;
    *context = NULL;
    if (!request)
        return;
    if (request->begun)
        prt_http_log(server, request, connection);
    atomic_fetch_sub(&server->running, 1);
    free(request->body);
    free(request);
}

prt_worker *prt_server_worker(struct prt_server *server) {
    prt_worker *worker = pthread_getspecific(server->worker_key);
    if (worker)
        return worker;
    unsigned number = atomic_fetch_add(&server->workers_taken, 1);
    if (number >= server->worker_count)
        return NULL;
    worker = &server->workers[number];
    return pthread_setspecific(server->worker_key, worker) == 0 ? worker : NULL;
}

/* Paths and queries reach the core percent-encoded, as they came. */
static size_t leave_encoded(void *closure, struct MHD_Connection *connection, char *text) {
    (void)closure;
    (void)connection;
    return strlen(text);
}

static void collect(prt_http_request *request, const char *bytes, size_t size) {
    request->received += size;
    size_t most = strcmp(request->method, "PUT") == 0 ? PRT_MOST_IMPORT : PRT_MOST_BODY;
    if (request->size + size > most)
        request->too_large = true;
    if (request->too_large || request->no_memory)
        return;
    if (request->size + size > request->room) {
        size_t room = (request->size + size) * 2;
        char *larger = realloc(request->body, room);
        if (!larger) {
            request->no_memory = true;
            return;
        }
        request->body = larger;
        request->room = room;
    }
    memcpy(request->body + request->size, bytes, size);
    request->size += size;
}

static bool took_too_long(const prt_http_request *request) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec - request->start.tv_sec > PRT_MOST_SECONDS;
}

static bool announces_too_much(struct MHD_Connection *connection) {
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return length && strtoull(length, NULL, 10) > PRT_MOST_DRAINED;
}

static enum MHD_Result send_too_large(prt_http_request *request, struct MHD_Connection *connection) {
    return prt_http_send_error(request, connection, 413, "body_too_large", "the body is longer than 256 KiB; send less",
                               NULL);
}

/* What the core answers; all else is a file of the site. */
static bool is_route(const char *target) {
    static const char *const routes[] = {"/api/", "/recommendations/", "/openapi.json"};
    for (size_t i = 0; i < PRT_COUNT(routes); i++) {
        if (strncmp(target, routes[i], strlen(routes[i])) == 0)
            return true;
    }
    return false;
}

static enum MHD_Result answer(struct prt_server *server, prt_http_request *request, struct MHD_Connection *connection) {
    if (request->too_large)
        return send_too_large(request, connection);
    if (request->no_memory)
        return prt_http_send_error(request, connection, 503, "unavailable",
                                   "The server is out of memory; try again later.", NULL);
    if (is_route(request->target) || !server->site)
        return prt_http_route(server, request, connection);
    return prt_http_file(server, request, connection);
}

static enum MHD_Result handle(void *closure, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **context) {
    prt_http_request *request = *context;
    struct prt_server *server = closure;
    (void)url;
    if (!request)
        return MHD_NO;
    request->method = method;
    request->version = version;
    request->closing = atomic_load(&server->ending);
    if (!request->begun) {
        request->begun = true;
        return announces_too_much(connection) ? send_too_large(request, connection) : MHD_YES;
    }
    if (*upload_size == 0)
        return answer(server, request, connection);
    collect(request, upload, *upload_size);
    *upload_size = 0;
    return request->received > PRT_MOST_DRAINED || took_too_long(request) ? MHD_NO : MHD_YES;
}

/* A socket that listens on the first address of the name that can be had; -1 with errno. */
static int listen_on(const char *host, uint16_t port, const char **reason) {
    char service[8];
    snprintf(service, sizeof service, "%u", (unsigned)port);
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found = NULL;
    int wrong = getaddrinfo(host, service, &hints, &found), file = -1;
    if (wrong) {
        *reason = gai_strerror(wrong);
        return -1;
    }
    for (const struct addrinfo *at = found; at && file < 0; at = at->ai_next) {
        file = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, at->ai_protocol);
        const int yes = 1;
        if (file >= 0)
            setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        if (file >= 0 && (bind(file, at->ai_addr, at->ai_addrlen) != 0 || listen(file, WAITING) != 0)) {
            int kept = errno;
            close(file);
            errno = kept;
            file = -1;
        }
    }
    freeaddrinfo(found);
    *reason = strerror(errno);
    return file;
}

/* A connection may send a file, so that each needs two descriptors. */
static void raise_file_limit(unsigned connections) {
    struct rlimit limit;
    rlim_t wanted = (rlim_t)connections * 2 + OWN_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static pr_status start_daemon(prt_server *server, const prt_server_options *options, pr_error *error) {
    const char *reason;
    unsigned threads = server->worker_count;
    int file = listen_on(options->host, options->port, &reason);
    if (file < 0)
        return prt_fail(error, PR_E_IO, "%s:%u: cannot listen there (%s); choose another --port or --host",
                        options->host, (unsigned)options->port, reason);
    raise_file_limit(options->connections);
    server->daemon = MHD_start_daemon(
        MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ITC, 0, NULL, NULL, handle, server,
        MHD_OPTION_LISTEN_SOCKET, file, MHD_OPTION_CONNECTION_TIMEOUT, options->timeout, MHD_OPTION_CONNECTION_LIMIT,
        options->connections < threads ? threads : options->connections, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)MOST_HEADERS, MHD_OPTION_URI_LOG_CALLBACK, begin_request, server, MHD_OPTION_NOTIFY_COMPLETED,
        end_request, server, MHD_OPTION_UNESCAPE_CALLBACK, leave_encoded, NULL, MHD_OPTION_THREAD_POOL_SIZE,
        threads > 1 ? threads : 0, MHD_OPTION_END);
    if (server->daemon)
        return PR_OK;
    close(file);
    return prt_fail(error, PR_E_IO, "%s:%u: the server cannot be started; choose another --port", options->host,
                    (unsigned)options->port);
}

/* The server's own files must not be served. */
static pr_status check_own_files(const prt_server_options *options, pr_error *error) {
    const char *const public[] = {options->site, options->bundle};
    for (size_t i = 0; i < 2; i++) {
        if (options->events)
            PRT_TRY(prt_own_file_check(options->events, public[i], "--events", error));
        if (options->profiles)
            PRT_TRY(prt_own_file_check(options->profiles, public[i], "--profiles", error));
        if (options->profiles_token)
            PRT_TRY(prt_own_file_check(options->profiles_token, public[i], "--profiles-token", error));
        if (options->access_log && strcmp(options->access_log, "-") != 0)
            PRT_TRY(prt_own_file_check(options->access_log, public[i], "--access-log", error));
    }
    return PR_OK;
}

static pr_status open_visitors(prt_server *server, const char *events, pr_error *error) {
    static const prt_visitors_limits limits = {MOST_VISITORS, STATE_BYTES, PARTS};
    prt_state_store *store = NULL;
    if (events)
        PRT_TRY(prt_state_store_open(events, &store, error));
    server->visitors = prt_visitors_open(&limits, store);
    return server->visitors ? PR_OK : prt_fail_memory(error, "starting the server");
}

static pr_status open_profiles(prt_server *server, const prt_server_options *options, pr_error *error) {
    server->gate.everybody = options->profiles_open;
    if (options->profiles_token)
        PRT_TRY(prt_gate_read_token(options->profiles_token, &server->gate, error));
    return options->profiles ? prt_live_profiles_open(options->profiles, &server->profiles, error) : PR_OK;
}

static pr_status open_workers(prt_server *server, unsigned count, pr_error *error) {
    server->workers = calloc(count, sizeof *server->workers);
    server->has_key = pthread_key_create(&server->worker_key, NULL) == 0;
    if (!server->workers || !server->has_key)
        return prt_fail_memory(error, "starting the server");
    for (; server->worker_count < count; server->worker_count++) {
        prt_worker *worker = &server->workers[server->worker_count];
        worker->number = server->worker_count;
        pr_arena_init(&worker->scratch, NULL, 0);
    }
    return PR_OK;
}

/* What cannot go wrong halfway comes first; the events are opened when nothing but the address can fail. */
static pr_status open_all(prt_server *server, const prt_server_options *options, pr_error *error) {
    PRT_TRY(open_workers(server, options->threads ? options->threads : 1, error));
    PRT_TRY(prt_live_bundle_open(options->bundle, options->encoder, server->worker_count, &server->bundle, error));
    if (options->site)
        PRT_TRY(prt_site_open(options->site, options->bundle, &server->site, error));
    PRT_TRY(check_own_files(options, error));
    PRT_TRY(open_profiles(server, options, error));
    if (options->access_log)
        PRT_TRY(prt_access_log_open(options->access_log, &server->log, error));
    PRT_TRY(open_visitors(server, options->events, error));
    return start_daemon(server, options, error);
}

pr_status prt_server_start(const prt_server_options *options, prt_server **out, pr_error *error) {
    *out = NULL;
    prt_server *server = calloc(1, sizeof *server);
    if (!server)
        return prt_fail_memory(error, "starting the server");
    server->quiet = options->quiet;
    pr_status status = open_all(server, options, error);
    if (status != PR_OK) {
        prt_server_stop(server, NULL);
        return status;
    }
    *out = server;
    return PR_OK;
}

uint16_t prt_server_port(const prt_server *server) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_LISTEN_FD);
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    char port[8];
    if (!info || getsockname(info->listen_fd, (struct sockaddr *)&address, &size) != 0 ||
        getnameinfo((struct sockaddr *)&address, size, NULL, 0, port, sizeof port, NI_NUMERICSERV) != 0)
        return 0;
    return (uint16_t)strtoul(port, NULL, 10);
}

void prt_server_tick(prt_server *server) {
    prt_access_log_flush(server->log);
    prt_live_profiles_renew(server->profiles);
}

void prt_server_reopen_log(prt_server *server) {
    prt_access_log_reopen(server->log);
}

/* Every answer from now on closes its connection, so that soon no request is running. The listening socket refuses new
 * connections but is not closed before the threads are gone, which may still look at it. */
static void drain(prt_server *server) {
    atomic_store(&server->ending, true);
    MHD_socket listening = MHD_quiesce_daemon(server->daemon);
    if (listening != MHD_INVALID_SOCKET)
        shutdown(listening, SHUT_RDWR);
    for (int tenths = 0, still = 0; tenths < DRAIN_TENTHS && still < 2; tenths++) {
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
        still = atomic_load(&server->running) == 0 ? still + 1 : 0;
    }
    MHD_stop_daemon(server->daemon);
    if (listening != MHD_INVALID_SOCKET)
        close(listening);
}

pr_status prt_server_stop(prt_server *server, pr_error *error) {
    if (!server)
        return PR_OK;
    if (server->daemon)
        drain(server);
    pr_status status = prt_visitors_close(server->visitors, error);
    prt_live_profiles_close(server->profiles);
    prt_live_bundle_close(server->bundle);
    prt_site_close(server->site);
    prt_access_log_close(server->log);
    for (unsigned i = 0; i < server->worker_count; i++)
        pr_arena_free(&server->workers[i].scratch);
    if (server->has_key)
        pthread_key_delete(server->worker_key);
    free(server->workers);
    free(server);
    return status;
}
