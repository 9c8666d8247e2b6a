/* The best hits of a search. */
#ifndef PR_HITS_H
#define PR_HITS_H

#include "search.h"

/* Count a hit, and keep it while it is among the best `limit`; found->hits has room for them. By falling key, then
 * score, then rising item. */
void pr__hits_add(pr_found *found, uint32_t limit, const pr_hit *hit);
/* Lay what was kept out, best first; afterwards nothing may be added. */
void pr__hits_sort(pr_found *found);

#endif
