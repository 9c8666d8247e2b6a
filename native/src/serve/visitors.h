/* The visitors' states: the newest ones in memory, all of them in a file where there is one. A change is kept at once
 * in memory and written within about 50 ms by a thread of its own, many changes in one transaction. Thread-safe. */
#ifndef PRT_VISITORS_H
#define PRT_VISITORS_H

#include "state_store.h"

enum {
    PRT_MOST_KEY = 287,          /* bytes of a visitor's key */
    PRT_MOST_STATE = 1024 * 1024 /* bytes of a visitor's state */
};

typedef struct prt_visitors prt_visitors;

/* How much to hold in memory. Who was away longest is dropped there first, which forgets them without a file. */
typedef struct prt_visitors_limits {
    size_t most_visitors, most_bytes;
    unsigned parts; /* with a lock each; a power of two */
} prt_visitors_limits;

/* Takes `store` over, also on failure (NULL = in memory only). NULL when out of memory. */
prt_visitors *prt_visitors_open(const prt_visitors_limits *limits, prt_state_store *store);

/* Write what is not written, and free all. PR_E_IO when that failed: the last changes are lost then. */
pr_status prt_visitors_close(prt_visitors *visitors, pr_error *error); /* NULL is allowed */

/* One visitor, held against other threads from begin to end, so that no change is lost between two requests. */
typedef struct prt_visit {
    pr_text state; /* empty when there is none; borrowed until the next keep, or the end */
    struct prt_visitor_part *part;
    struct prt_visitor *visitor;
    char key[PRT_MOST_KEY + 1];
    bool kept;
} prt_visit;

/* PR_E_IO when the state cannot be read; the visit has then not begun. `key` has 1 to PRT_MOST_KEY bytes. */
pr_status prt_visit_begin(prt_visitors *visitors, const char *key, prt_visit *visit, pr_error *error);
/* Put `state` in the place of the visitor's; an empty one forgets the visitor. PR_E_LIMIT when it is too long, PR_E_IO
 * while the file cannot be written, PR_E_MEMORY; the old state stays then. */
pr_status prt_visit_keep(prt_visitors *visitors, prt_visit *visit, pr_text state, int64_t now, pr_error *error);
/* May wait a moment where the file is slower than the visitors. */
void prt_visit_end(prt_visitors *visitors, prt_visit *visit);

/* Visitors in memory. */
size_t prt_visitors_count(prt_visitors *visitors);

/* Call `take` with every visitor's state, those of the last moment included where there is time: a change that cannot
 * be written is left out after half a second. Where there is no file, those in memory, in no order that means anything.
 * Must not be called during a visit. What `take` returns ends it when it is not PR_OK. PR_E_IO, PR_E_MEMORY. */
pr_status prt_visitors_each(prt_visitors *visitors,
                            pr_status (*take)(void *context, const prt_state_row *row, pr_error *error), void *context,
                            pr_error *error);

#endif
