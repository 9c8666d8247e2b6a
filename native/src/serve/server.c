/* The HTTP daemon: listening, collecting bodies, choosing between routes and files. */
#include "server.h"
#include "http.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { IDLE_SECONDS = 20, MOST_CONNECTIONS = 1000, MOST_HEADERS = 32 * 1024, STATE_BYTES = 256 << 20 };

/* Called with the request line's target before anything is decoded. */
static void *begin_request(void *closure, const char *target, struct MHD_Connection *connection) {
    (void)closure;
    (void)connection;
    prt_http_request *request = calloc(1, sizeof *request);
    if (!request)
        return NULL;
    clock_gettime(CLOCK_MONOTONIC, &request->start);
    request->target = strdup(target);
    return request;
}

static void end_request(void *closure, struct MHD_Connection *connection, void **context,
                        enum MHD_RequestTerminationCode code) {
    struct prt_server *server = closure;
    prt_http_request *request = *context;
    (void)connection;
    (void)code;
    *context = NULL;
    if (!request)
        return;
    if (!server->quiet && request->begun)
        prt_http_log(request);
    free(request->target);
    free(request->body);
    free(request);
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

static bool is_route(const char *target) {
    return strncmp(target, "/api/", 5) == 0 || strncmp(target, "/openapi.json", 13) == 0;
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
    (void)url;
    (void)version;
    if (!request || !request->target)
        return MHD_NO;
    request->method = method;
    if (!request->begun) {
        request->begun = true;
        return announces_too_much(connection) ? send_too_large(request, connection) : MHD_YES;
    }
    if (*upload_size == 0)
        return answer(closure, request, connection);
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
        if (file >= 0 && (bind(file, at->ai_addr, at->ai_addrlen) != 0 || listen(file, 256) != 0)) {
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

static pr_status start_daemon(prt_server *server, const prt_server_options *options, pr_error *error) {
    const char *reason;
    char port[8];
    int file = listen_on(options->host, options->port, &reason);
    snprintf(port, sizeof port, "%u", (unsigned)options->port);
    if (file < 0)
        return pr_fail(error, PR_E_IO, 0, options->host, ":", port, ": cannot listen there (", reason,
                       "); choose another --port or --host");
    server->daemon = MHD_start_daemon(
        MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ITC, 0, NULL, NULL, handle, server,
        MHD_OPTION_LISTEN_SOCKET, file, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)MOST_CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)MOST_HEADERS, MHD_OPTION_URI_LOG_CALLBACK, begin_request, NULL, MHD_OPTION_NOTIFY_COMPLETED,
        end_request, server, MHD_OPTION_UNESCAPE_CALLBACK, leave_encoded, NULL, MHD_OPTION_END);
    if (server->daemon)
        return PR_OK;
    close(file);
    return pr_fail(error, PR_E_IO, 0, options->host, ":", port,
                   ": the server cannot be started; choose another --port");
}

pr_status prt_server_start(const prt_server_options *options, prt_server **out, pr_error *error) {
    *out = NULL;
    prt_server *server = calloc(1, sizeof *server);
    if (server)
        server->visitors = prt_visitors_open(PRT_MOST_VISITORS, STATE_BYTES);
    if (!server || !server->visitors) {
        prt_server_stop(server);
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while starting the server");
    }
    server->quiet = options->quiet;
    pr_status status = prt_live_bundle_open(options->bundle, &server->bundle, error);
    if (status == PR_OK && options->site)
        status = prt_site_open(options->site, options->bundle, &server->site, error);
    if (status == PR_OK)
        status = start_daemon(server, options, error);
    if (status != PR_OK) {
        prt_server_stop(server);
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

void prt_server_stop(prt_server *server) {
    if (!server)
        return;
    if (server->daemon) {
        MHD_socket listening = MHD_quiesce_daemon(server->daemon);
        for (int tenths = 0; tenths < 20; tenths++) {
            const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
            if (!info || info->num_connections == 0)
                break;
            nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
        }
        MHD_stop_daemon(server->daemon);
        if (listening != MHD_INVALID_SOCKET)
            close(listening);
    }
    prt_live_bundle_close(server->bundle);
    prt_site_close(server->site);
    prt_visitors_close(server->visitors);
    free(server);
}
