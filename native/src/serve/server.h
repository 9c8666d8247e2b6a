/* `pocketrec serve`: a site's files and the routes of the core over HTTP. */
#ifndef PRT_SERVER_H
#define PRT_SERVER_H

#include "pocketrec.h"

typedef struct prt_server prt_server;

typedef struct prt_server_options {
    const char *bundle;         /* folder of the bundle */
    const char *site;           /* folder of the static files; NULL = only the routes */
    const char *host;           /* name or address to listen on */
    const char *events;         /* SQLite file of the visitors' states; NULL = they are kept in memory only */
    const char *access_log;     /* file, or "-" for standard output; NULL = lines on stderr */
    const char *encoder;        /* of queries that search by meaning; NULL = the one in the bundle */
    const char *profiles;       /* file of what is known of users beforehand, for requests that name one; NULL = none */
    const char *profiles_token; /* file of the token that those requests need then; NULL = none */
    bool profiles_open;         /* without a token: answer them to everybody, not only to this machine */
    uint16_t port;              /* 0 = any that is free */
    unsigned threads;           /* that answer; 1 at least */
    unsigned timeout;           /* seconds after which a silent connection is closed */
    unsigned connections;       /* at the same time, at most; one a thread at least */
    bool quiet;                 /* no lines on stderr */
} prt_server_options;

/* Listen and answer, in threads of its own. SIGPIPE must be ignored, and the signals that the program waits for be
 * blocked, by the caller before. PR_E_IO when the address, the log or the events cannot be had, or when one of these
 * files would be public; PR_E_LOCKED when another server has the events; and as prt_bundle_open. */
pr_status prt_server_start(const prt_server_options *options, prt_server **out, pr_error *error);
uint16_t prt_server_port(const prt_server *server);
/* To be called about once a second: writes the access log's buffer. */
void prt_server_tick(prt_server *server);
/* After the access log was rotated. */
void prt_server_reopen_log(prt_server *server);
/* Take no new connections, give running requests five seconds to end, write what visitors told, free everything.
 * PR_E_IO when the last of that could not be written. NULL is allowed. */
pr_status prt_server_stop(prt_server *server, pr_error *error);

#endif
