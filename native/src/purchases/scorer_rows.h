/* The products of every item's factors with several people's vectors. */
#ifndef PRT_SCORER_ROWS_H
#define PRT_SCORER_ROWS_H

#include "scorer.h"

/* vectors[f * PRT_SCORER_PEOPLE + p] is number f of person p's vector; of item i scores[p * rows + i] is set. Each
 * product is summed as scorer.c sums it for one person: eight sums by f % 8, then in pairs; the bits are the same on
 * every processor. */
void prt_score_rows(const prt_factors *factors, const float *vectors, float *scores);

#endif
