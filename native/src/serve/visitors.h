/* The visitors' states, in memory: the newest ones, found by an opaque random token. Not thread-safe. */
#ifndef PRT_VISITORS_H
#define PRT_VISITORS_H

#include "pocketrec.h"

enum { PRT_TOKEN_SIZE = 32, PRT_MOST_VISITORS = 10000 };

typedef struct prt_visitors prt_visitors;

/* Holds at most `most` visitors and `most_bytes` of states; who was away longest is forgotten first. NULL when out of
 * memory. */
prt_visitors *prt_visitors_open(uint32_t most, size_t most_bytes);
void prt_visitors_close(prt_visitors *visitors); /* NULL is allowed */

/* The state behind a token, borrowed until the next put; empty when there is none. Marks the visitor as just seen. */
pr_text prt_visitors_get(prt_visitors *visitors, pr_text token);

/* Keep a state under `token` where that is a visitor's, else under a new random token; the token that holds goes to
 * `kept` (empty when nothing is kept, because the state is empty or memory is short). An empty state forgets the
 * visitor. */
void prt_visitors_put(prt_visitors *visitors, pr_text token, pr_text state, char kept[PRT_TOKEN_SIZE + 1]);

uint32_t prt_visitors_count(const prt_visitors *visitors);

#endif
