/* Who may ask for people by their names, where the server knows people. */
#ifndef PRT_GATE_H
#define PRT_GATE_H

#include "pocketrec.h"

#include <microhttpd.h>

enum { PRT_MOST_TOKEN = 512, PRT_LEAST_TOKEN = 16 };

/* One of three: everybody; who sends the token; else this machine only. */
typedef struct prt_gate {
    bool everybody;
    char token[PRT_MOST_TOKEN + 1]; /* empty: none */
} prt_gate;

/* Read the token from the file: PRT_LEAST_TOKEN to PRT_MOST_TOKEN printable characters of ASCII without blanks; white
 * space around it does not count. PR_E_IO, PR_E_FORMAT, PR_E_LIMIT; warns on stderr when others may read the file. */
pr_status prt_gate_read_token(const char *path, prt_gate *gate, pr_error *error);

/* 0 when the request may pass, else the status of the refusal: 401 without the right token in `Authorization: Bearer`,
 * 403 from elsewhere. From this machine is what comes from a loopback address, asks for one by its Host (another page's
 * name that was made to point here does not), and was not forwarded by a proxy that says so. */
int prt_gate_check(const prt_gate *gate, struct MHD_Connection *connection);

#endif
