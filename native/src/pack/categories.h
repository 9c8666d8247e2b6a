/* The items of each category, and where their vectors lie: what a category's page is recommended from. */
#ifndef PRT_CATEGORIES_H
#define PRT_CATEGORIES_H

#include "pack.h"

enum { PRT_MOST_LEVELS = 4, PRT_MOST_OF_CATEGORY = 8192 };

/* Row = category: the values of the first level's column, then those of the next. */
struct prt_categories {
    pr_arena arena;
    uint32_t level_count;
    const prt_column *levels[PRT_MOST_LEVELS]; /* the widest first */
    uint32_t rows;
    uint32_t *offsets; /* rows + 1 */
    uint32_t *item;    /* numbers in the bundle: the most popular PRT_MOST_OF_CATEGORY, the most popular first */
    uint32_t *cluster_offsets;
    uint32_t *cluster; /* the fullest that hold nine tenths of them, the fullest first */
};

/* The category columns of the shop, else of the purchases, else the one of the first dimension of the items, into
 * out[PRT_MOST_LEVELS]; returns how many. */
uint32_t prt_category_levels(const prt_config *config, const prt_dataset *dataset, const prt_column **out);
/* Of the catalogue that `pack` holds so far. Free with prt_categories_free, also after a failure. PR_E_MEMORY. */
pr_status prt_categories_make(const prt_config *config, const prt_pack *pack, prt_categories *out, pr_error *error);
void prt_categories_free(prt_categories *categories);

/* The name of a row, and whether a wider level has one of that name: a name means the widest. */
pr_text prt_category_name(const prt_categories *categories, uint32_t row, bool *shadowed);

#endif
