/* What all answers have in common: security headers, errors as JSON, the access log. */
#include "http.h"
#include "textfile.h"
#include "who.h"

#include <stdio.h>
#include <string.h>

/* The pages are tested under this policy: no inline script, no eval, no other host. */
static const char *const SECURITY[][2] = {
    {"Content-Security-Policy",
     "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: https:; "
     "connect-src 'self'; worker-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; "
     "form-action 'self'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
};

enum MHD_Result prt_http_send(prt_http_request *request, struct MHD_Connection *connection, int status,
                              struct MHD_Response *response, uint64_t size) {
    if (!response)
        return MHD_NO;
    for (size_t i = 0; i < sizeof SECURITY / sizeof *SECURITY; i++)
        MHD_add_response_header(response, SECURITY[i][0], SECURITY[i][1]);
    if (request->closing)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    request->status = status;
    request->sent = request->method && strcmp(request->method, "HEAD") == 0 ? 0 : size;
    enum MHD_Result result = MHD_queue_response(connection, (unsigned)status, response);
    MHD_destroy_response(response);
    return result;
}

enum MHD_Result prt_http_send_text(prt_http_request *request, struct MHD_Connection *connection, int status,
                                   pr_text body, const char *type, const char *const *headers) {
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body.size, (void *)(uintptr_t)body.bytes, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    for (; headers && headers[0]; headers += 2)
        MHD_add_response_header(response, headers[0], headers[1]);
    return prt_http_send(request, connection, status, response, body.size);
}

enum MHD_Result prt_http_send_error(prt_http_request *request, struct MHD_Connection *connection, int status,
                                    const char *code, const char *message, const char *const *headers) {
    char body[512];
    int size =
        snprintf(body, sizeof body, "{\"error\":{\"code\":\"%s\",\"message\":\"%s\",\"field\":%s}}", code, message,
                 status == 413   ? "\"body\""
                 : status == 405 ? "\"method\""
                                 : "null");
    return prt_http_send_text(request, connection, status, (pr_text){body, (size_t)size}, "application/json", headers);
}

/* 2026-11-21T02:00:00Z POST /api/v1/onboarding 200 5120 0.41 ms */
static void log_to_stderr(const prt_http_request *request) {
    struct timespec now;
    char moment[32], path[200];
    prt_moment_write((int64_t)time(NULL), moment);
    clock_gettime(CLOCK_MONOTONIC, &now);
    double took =
        (double)(now.tv_sec - request->start.tv_sec) * 1e3 + (double)(now.tv_nsec - request->start.tv_nsec) / 1e6;
    prt_path_for_log(request->target, path, sizeof path);
    fprintf(stderr, "%s %s %s %d %llu %.2f ms\n", moment, request->method ? request->method : "-", path,
            request->status, (unsigned long long)request->sent, took);
}

void prt_http_log(const struct prt_server *server, const prt_http_request *request, struct MHD_Connection *connection) {
    if (!server->log) {
        if (!server->quiet)
            log_to_stderr(request);
        return;
    }
    const prt_access access = {
        request->method,
        request->target,
        request->version,
        request->status,
        request->sent,
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_REFERER),
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_USER_AGENT),
    };
    prt_access_log_add(server->log, &access);
}
