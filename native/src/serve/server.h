/* `pocketrec serve`: a site's files and the routes of the core over HTTP. */
#ifndef PRT_SERVER_H
#define PRT_SERVER_H

#include "pocketrec.h"

typedef struct prt_server prt_server;

typedef struct prt_server_options {
    const char *bundle; /* folder of the bundle */
    const char *site;   /* folder of the static files; NULL = only the routes */
    const char *host;   /* name or address to listen on */
    uint16_t port;      /* 0 = any that is free */
    bool quiet;         /* no access log */
} prt_server_options;

/* Listen and answer, in a thread of its own. SIGPIPE must be ignored, and the signals that end the program be blocked,
 * by the caller before. PR_E_IO when the address cannot be had, and as prt_bundle_open. */
pr_status prt_server_start(const prt_server_options *options, prt_server **out, pr_error *error);
uint16_t prt_server_port(const prt_server *server);
/* Take no new connections, give running requests two seconds to end, free everything. NULL is allowed. */
void prt_server_stop(prt_server *server);

#endif
