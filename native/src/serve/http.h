/* The parts of the server among themselves. A pool of threads answers; each is a worker with an engine of its own. */
#ifndef PRT_HTTP_H
#define PRT_HTTP_H

#include "access_log.h"
#include "gate.h"
#include "live_bundle.h"
#include "live_profiles.h"
#include "site.h"
#include "visitors.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
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
    prt_live_profiles *profiles; /* NULL = nobody is known beforehand */
    prt_gate gate;               /* before those who are */
    prt_access_log *log;         /* NULL = none */
    bool quiet;
    struct prt_worker *workers;
    unsigned worker_count;
    atomic_uint workers_taken;
    pthread_key_t worker_key; /* a thread's prt_worker */
    bool has_key;
    atomic_uint running; /* requests that have begun and not ended */
    atomic_bool ending;
};

/* What one thread of the pool has. */
typedef struct prt_worker {
    unsigned number;
    pr_arena scratch;
} prt_worker;

/* The worker that the calling thread is; NULL when there are more threads than workers. */
prt_worker *prt_server_worker(struct prt_server *server);

/* A request while it comes in. */
typedef struct prt_http_request {
    const char *method, *version;
    char *body;
    size_t size, room;
    uint64_t received; /* also what was dropped */
    bool begun, too_large, no_memory;
    struct timespec start;
    int status; /* of the answer, for the log */
    uint64_t sent;
    bool closing;  /* the server ends: the client is to take another connection */
    char target[]; /* path and query as on the wire */
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
/* One line in the access log, or on stderr where there is none; without the address, the query and the name of the
 * visitor, which are nobody's business. */
void prt_http_log(const struct prt_server *server, const prt_http_request *request, struct MHD_Connection *connection);

/* The key in the visitors' states of the user of that name. */
void prt_http_user_key(pr_text user, char key[PRT_MOST_KEY + 1]);
/* GET /api/v1/users where people are known: a page of them, in the order of their names, each as they are now.
 * PR_E_FORMAT when the profiles or a state are damaged, PR_E_IO, PR_E_MEMORY. */
bool prt_http_lists_users(const prt_http_request *request);
pr_status prt_http_list_users(struct prt_server *server, prt_worker *worker, prt_bundle *bundle,
                              prt_http_request *request, struct MHD_Connection *connection, enum MHD_Result *result,
                              pr_error *error);

/* Are the two routes of analytics asked about all visitors (?everyone=true)? And the answer, whose requests the gate
 * lets through. As above. */
bool prt_http_asks_everyone(const prt_http_request *request, struct MHD_Connection *connection);
pr_status prt_http_everyone(struct prt_server *server, prt_worker *worker, prt_bundle *bundle,
                            prt_http_request *request, struct MHD_Connection *connection, enum MHD_Result *result,
                            pr_error *error);

/* Answer from the core, or from the site's files. */
enum MHD_Result prt_http_route(struct prt_server *server, prt_http_request *request, struct MHD_Connection *connection);
enum MHD_Result prt_http_file(struct prt_server *server, prt_http_request *request, struct MHD_Connection *connection);

#endif
