/* Static files over HTTP: conditional requests, redirects, and errors for people. */
#include "http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Does a value of If-None-Match hold this tag? Weak and strong tags count alike there. */
static bool tag_matches(const char *given, const char *etag) {
    size_t size = strlen(etag);
    for (const char *at = given; at && *at;) {
        at += strspn(at, " \t,");
        if (*at == '*')
            return true;
        if (strncmp(at, "W/", 2) == 0)
            at += 2;
        if (strncmp(at, etag, size) == 0)
            return true;
        at += strcspn(at, ",");
    }
    return false;
}

static enum MHD_Result send_page(prt_http_request *request, struct MHD_Connection *connection, int status,
                                 const char *sentence) {
    static const char *const headers[] = {"Cache-Control", "no-cache", NULL};
    char page[512];
    int size = snprintf(page, sizeof page,
                        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>%d</title><p>%s "
                        "<a href=\"/\">To the first page</a></p></html>\n",
                        status, sentence);
    return prt_http_send_text(request, connection, status, (pr_text){page, (size_t)size}, "text/html; charset=utf-8",
                              headers);
}

static enum MHD_Result send_redirect(prt_http_request *request, struct MHD_Connection *connection,
                                     const char *location) {
    const char *const headers[] = {"Location", location, "Cache-Control", "no-cache", NULL};
    return prt_http_send_text(request, connection, 301, (pr_text){"", 0}, "text/plain; charset=utf-8", headers);
}

static void add_file_headers(struct MHD_Response *response, const prt_site_file *found) {
    MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, found->etag);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, found->cache);
    MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, "Accept-Encoding");
}

static enum MHD_Result send_file(prt_http_request *request, struct MHD_Connection *connection, prt_site_file *found) {
    const char *known = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);
    if (known && tag_matches(known, found->etag)) {
        close(found->file);
        struct MHD_Response *same = MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT);
        if (same)
            add_file_headers(same, found);
        return prt_http_send(request, connection, 304, same, 0);
    }
    struct MHD_Response *response = MHD_create_response_from_fd64(found->size, found->file);
    if (!response) {
        close(found->file);
        return MHD_NO;
    }
    add_file_headers(response, found);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, found->type);
    if (found->encoding)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, found->encoding);
    return prt_http_send(request, connection, 200, response, found->size);
}

enum MHD_Result prt_http_file(struct prt_server *server, prt_http_request *request, struct MHD_Connection *connection) {
    static const char *const allow[] = {"Allow", "GET, HEAD", NULL};
    if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0)
        return prt_http_send_error(request, connection, 405, "method_not_allowed", "Files can only be read; use GET.",
                                   allow);
    char *path = strdup(request->target);
    if (!path)
        return MHD_NO;
    path[strcspn(path, "?#")] = 0;
    const char *accept = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    prt_site_file found;
    prt_site_find(server->site, path, accept, &found);
    free(path);
    switch (found.status) {
    case 200:
        return send_file(request, connection, &found);
    case 301:
        return send_redirect(request, connection, found.location);
    case 400:
        return send_page(request, connection, 400, "This address is malformed.");
    default:
        return send_page(request, connection, 404, "There is nothing at this address.");
    }
}
