/* How the files of this folder hand work to each other. */
#ifndef PRT_PURCHASES_INNER_H
#define PRT_PURCHASES_INNER_H

#include "event_ledger.h"
#include "purchases.h"

/* What is asked of one training. */
typedef struct prt_purchases_job {
    const prt_dataset *dataset;
    uint32_t min_users;
    int threads;
} prt_purchases_job;

/* ---- facts.c: prices, units, buyers, spend ---- */

/* Fill price, units, average_price, spend, purchases, returns, revenue, as_of. An item's units and price are known
 * when at least min_users users bought it; the catalogue's own price comes first. */
pr_status prt_facts_make(const prt_purchases_job *job, const prt_ledger *ledger, prt_purchases *out, pr_error *error);
/* The users' spend at the percentiles, linearly between two users' (type 7 of Hyndman and Fan 1996), users who spent
 * nothing and sessions of nobody left out; and the quartiles of the items' prices, an item with n purchases counting n
 * times: the least price at or below which a quarter, half, three quarters of them are. Fills segments, price_bands and
 * their counts. */
pr_status prt_bands_make(const prt_purchases_job *job, const prt_ledger *ledger, prt_purchases *out, pr_error *error);

/* ---- strengths.c ---- */

/* Fill taken and buyers; needs the facts. A pair that weighs nothing is not in it. */
pr_status prt_strengths_make(const prt_purchases_job *job, const prt_ledger *ledger, prt_purchases *out,
                             pr_error *error);
void prt_interactions_free(prt_interactions *interactions);

/* ---- popularity.c ---- */

/* Fill popularity; needs buyers. */
pr_status prt_popularity_make(const prt_ledger *ledger, prt_purchases *out, pr_error *error);

/* ---- cycles.c ---- */

enum { PRT_CYCLE_GAPS = 5 }; /* fewer tell nothing */

/* Fill cycle: for each item the median of the days between a user's purchases of it, of different days and next to each
 * other, when there are PRT_CYCLE_GAPS of min_users users or more; else that of its narrowest category with so many;
 * else 0. */
pr_status prt_cycles_make(const prt_purchases_job *job, const prt_ledger *ledger, prt_purchases *out, pr_error *error);

/* ---- models.c ---- */

/* All that models are learned from: taken without the items that fewer than min_users users took. */
pr_status prt_known_make(const prt_purchases *purchases, uint32_t min_users, prt_interactions *out, pr_error *error);
/* Fill factors, gram and neighbours by out->config; has_als and has_item_cf say which. */
pr_status prt_als_make(const prt_interactions *known, int threads, prt_purchases *out, pr_error *error);
pr_status prt_item_cf_make(const prt_interactions *known, int threads, prt_purchases *out, pr_error *error);

/* All but what validation tells. */
pr_status prt_purchases_learn_ledger(const prt_purchases_job *job, const prt_purchases_config *config,
                                     const prt_ledger *ledger, prt_purchases *out, pr_error *error);

#endif
