/* Only what is asked for at present, for a job that runs often: a bundle that is there gets a new table trending, and
 * everything else in it stays. */
#ifndef PRT_RENEW_TRENDING_H
#define PRT_RENEW_TRENDING_H

#include "config.h"

typedef struct prt_renewal {
    uint32_t items, known; /* of the catalogue; and those of them that the bundle has */
    uint32_t listed;       /* length of the new list */
    uint32_t left_out;     /* products that would stand in it, but the bundle does not have them */
    uint64_t events;       /* that it was made from */
    uint64_t rows_read, rows_rejected;
    uint64_t bytes; /* that were written: manifest and shard */
} prt_renewal;

/* Read catalogue, people, events and baskets, and replace the table trending of the bundle in `dir`, which a training
 * wrote from this configuration. Writes no rejects file. Fails with PR_E_IO where there is no bundle, PR_E_FORMAT for a
 * configuration or a bundle without a shop and for a bundle of another catalogue, PR_E_LOCKED, and as the ingest, the
 * reader and the store do; then the bundle is as it was. */
pr_status prt_renew_trending(const prt_config *config, const char *dir, int threads, int64_t now, prt_renewal *out,
                             pr_error *error);

#endif
