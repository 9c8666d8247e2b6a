/* Reading the tables behind recommendations from purchases. */
#ifndef PR_PURCHASE_TABLES_H
#define PR_PURCHASE_TABLES_H

#include "shop_tables.h"

typedef struct pr_item_stats {
    double price, units, popularity, cycle;
    uint32_t buyers;
} pr_item_stats;

/* False when the shard is missing (then noted). */
bool pr__item_stats(pr_engine *engine, uint32_t item, pr_item_stats *out);
/* The item's neighbours with their weights, by rising number, into out[0 ... PR_MAX_LINKS); how many. 0 also when the
 * shard is missing (then noted). */
uint32_t pr__neighbours(pr_engine *engine, uint32_t item, pr_link *out);
/* NULL when there is none or the shard is missing (then noted). */
const float *pr__gram(pr_engine *engine);

#endif
