/* Baskets and whose they are. */
#ifndef PRT_SHOP_BASKETS_H
#define PRT_SHOP_BASKETS_H

#include "tables.h"

typedef struct prt_shop_baskets {
    prt_baskets baskets;
    uint32_t *user; /* of each basket */
} prt_shop_baskets;

pr_status prt_shop_baskets_make(const prt_dataset *dataset, prt_shop_baskets *out, pr_error *error);
void prt_shop_baskets_free(prt_shop_baskets *baskets);

#endif
