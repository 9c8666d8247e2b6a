/* The parts of the server among themselves. One thread answers all requests, because an engine belongs to one thread.
 */
#ifndef PRT_HTTP_H
#define PRT_HTTP_H

#include "live_bundle.h"
#include "site.h"
#include "visitors.h"

#include <microhttpd.h>
#include <time.h>

enum {
    PRT_MOST_BODY = 256 * 1024,
    PRT_MOST_IMPORT = 1024 * 1024,      /* of a PUT: a visitor's whole state */
    PRT_MOST_DRAINED = 8 * 1024 * 1024, /* read and dropped, so that the client gets to see its 413 */
    PRT_MOST_SECONDS = 30,              /* for a whole request */
};

struct prt_server {
    struct MHD_Daemon *daemon;
    prt_live_bundle *bundle;
    prt_site *site; /* NULL = none */
    prt_visitors *visitors;
    bool quiet;
};

/* A request while it comes in. */
typedef struct prt_http_request {
    char *target; /* path and query as on the wire */
    const char *method;
    char *body;
    size_t size, room;
    uint64_t received; /* also what was dropped */
    bool begun, too_large, no_memory;
    struct timespec start;
    int status; /* of the answer, for the log */
    uint64_t sent;
} prt_http_request;

/* Send a response with the headers that all have; takes it over. */
enum MHD_Result prt_http_send(prt_http_request *request, struct MHD_Connection *connection, int status,
                              struct MHD_Response *response, uint64_t size);
/* The bytes are copied. Headers are name, value pairs, ended by NULL. */
enum MHD_Result prt_http_send_text(prt_http_request *request, struct MHD_Connection *connection, int status,
                                   pr_text body, const char *type, const char *const *headers);
/* A JSON error as the core words it. */
enum MHD_Result prt_http_send_error(prt_http_request *request, struct MHD_Connection *connection, int status,
                                    const char *code, const char *message, const char *const *headers);
/* One line on stderr; without the address of the visitor, which is nobody's business. */
void prt_http_log(const prt_http_request *request);

/* Answer from the core, or from the site's files. */
enum MHD_Result prt_http_route(struct prt_server *server, prt_http_request *request, struct MHD_Connection *connection);
enum MHD_Result prt_http_file(struct prt_server *server, prt_http_request *request, struct MHD_Connection *connection);

#endif
