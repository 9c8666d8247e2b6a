/* What a shop's bundle is learned from catalogue and logs: the order of the items, the search index, links between
 * products, night's lists, trending and synonyms. */
#ifndef PRT_SHOP_H
#define PRT_SHOP_H

#include "config.h"
#include "search_index.h"
#include "text.h"

/* A list of products for everyone: "best_value", or "category:" and its name. */
typedef struct prt_shop_list {
    const char *key; /* NUL-terminated, in the shop's arena */
    double weight;   /* of a category: how popular its products are together */
    uint32_t count;
    uint32_t *items; /* rows of the catalogue, best first */
} prt_shop_list;

typedef struct prt_trending {
    uint32_t count;
    uint32_t *items; /* rows of the catalogue, by falling score */
    float *scores;
} prt_trending;

/* A product that goes with another: `both` baskets hold the two. */
typedef struct prt_pair_rule {
    uint32_t item; /* row of the catalogue */
    uint32_t both, others;
} prt_pair_rule;

typedef struct prt_synonym {
    const char *key, *phrase; /* terms with spaces between */
    uint8_t weight;           /* in hundredths */
} prt_synonym;

typedef struct prt_shop {
    pr_arena arena;
    uint32_t items;
    double *popularity; /* of each row, 0 to 1 */
    prt_shop_list *lists;
    uint32_t list_count;
    prt_trending trending;
    uint32_t *order;          /* number in the bundle → row of the catalogue */
    prt_search_index index;   /* by number in the bundle */
    uint64_t *similar_starts; /* items + 1, by row; NULL: no similar items */
    uint32_t *similar_items;  /* rows */
    float *similar_scores;
    uint32_t baskets;        /* that the rules are from */
    uint32_t *basket_counts; /* of each row: baskets that hold it */
    uint64_t *rule_starts;   /* items + 1, by row; NULL: no rules */
    prt_pair_rule *rules;
    prt_synonym *synonyms; /* sorted by key, then falling weight */
    uint32_t synonym_count;
    bool strict_ids;
} prt_shop;

/* Learn everything but the index, which needs the order of the items that the counts then have. */
pr_status prt_shop_learn(const prt_config *config, const prt_dataset *dataset, int threads, prt_shop *out,
                         pr_error *error);
/* The index over `fields` of all items in the order out->order. */
pr_status prt_shop_index(const prt_config *config, const prt_dataset *dataset, const prt_text_field *fields,
                         size_t field_count, prt_shop *shop, pr_error *error);
void prt_shop_free(prt_shop *shop);

/* Write the manifest's settings.shop. */
void prt_shop_write_settings(const prt_config *config, const prt_shop *shop, pr_writer *w);

/* ---- the steps; memory comes from shop->arena ---- */
pr_status prt_shop_popularity(const prt_config *config, const prt_dataset *dataset, prt_shop *shop, pr_error *error);
pr_status prt_shop_trending(const prt_config *config, const prt_dataset *dataset, prt_shop *shop, pr_error *error);
pr_status prt_shop_lists(const prt_config *config, const prt_dataset *dataset, prt_shop *shop, pr_error *error);
pr_status prt_shop_order(const prt_config *config, const prt_dataset *dataset, prt_shop *shop, pr_error *error);
pr_status prt_shop_similar(const prt_config *config, const prt_dataset *dataset, int threads, prt_shop *shop,
                           pr_error *error);
pr_status prt_shop_rules(const prt_config *config, const prt_dataset *dataset, prt_shop *shop, pr_error *error);
pr_status prt_shop_synonyms(const prt_config *config, const prt_dataset *dataset, prt_shop *shop, pr_error *error);

/* Write outputs.rules. */
pr_status prt_shop_write_rules(const prt_config *config, const prt_dataset *dataset, const prt_baskets *baskets,
                               uint32_t support, pr_error *error);

/* The value of a numeric column in a row; NaN when missing or when `column` is NULL. */
double prt_number_at(const prt_column *column, uint32_t row);
/* The code of the first category of a row, or PRT_NONE. */
uint32_t prt_code_at(const prt_column *column, uint32_t row);

#endif
