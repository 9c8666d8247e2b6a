#ifndef PRT_NEIGHBOURS_H
#define PRT_NEIGHBOURS_H
#include "interactions.h"
/* Cosine of items over their users. */
pr_status prt_neighbours_make(const prt_interactions *train, uint32_t top, prt_neighbours *out);
void prt_neighbours_free(prt_neighbours *n);
#endif
