/* The access log in the Combined Log Format, without what tells who a visitor is: no address, no query, no user's name.
 * Thread-safe. */
#ifndef PRT_ACCESS_LOG_H
#define PRT_ACCESS_LOG_H

#include "pocketrec.h"

typedef struct prt_access_log prt_access_log;

typedef struct prt_access {
    const char *method, *target, *version; /* NULL = unknown */
    int status;
    uint64_t bytes;
    const char *referer, *agent; /* NULL = none was sent */
} prt_access;

/* Append to the file, or to standard output for "-". PR_E_IO when it cannot be opened. */
pr_status prt_access_log_open(const char *path, prt_access_log **out, pr_error *error);
void prt_access_log_close(prt_access_log *log); /* NULL is allowed, here and below */

/* Add a line to the buffer, which is written when it is full. */
void prt_access_log_add(prt_access_log *log, const prt_access *access);
/* Write what is in the buffer. Lines that cannot be written are dropped. */
void prt_access_log_flush(prt_access_log *log);
/* Flush and open the file by its name again, after a rotation; the old one goes on when that fails. */
void prt_access_log_reopen(prt_access_log *log);

#endif
