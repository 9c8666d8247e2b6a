/* The engine's inside: the opened manifest, the shards and the views on their tensors.
 *
 * A table's shards lie in the order of their rows. A look-up that meets a shard which is not attached notes it in the
 * page-fault list and returns NULL; the request then ends with PR_MISSING once it has collected what else it needs.
 */
#ifndef PR_ENGINE_H
#define PR_ENGINE_H

#include "safetensors.h"
#include "settings.h"
#include "settings_meaning.h"
#include "settings_purchases.h"
#include "settings_ranking.h"
#include "settings_shop.h"
#include "settings_stages.h"
#include "views_meaning.h"
#include "views_purchases.h"
#include "views_shop.h"

enum { PR_MAX_SHARDS = 65536, PR_MAX_ITEMS = 1 << 24, PR_MAX_ID = 256, PR_MAX_TEXT = 65536, PR_MAX_MANIFEST = 1 << 20 };

typedef enum pr_table {
    PR_TABLE_ITEMS,
    PR_TABLE_ITEM_IDS,
    PR_TABLE_DICTIONARIES,
    PR_TABLE_SEGMENTS,
    PR_TABLE_TERMS,
    PR_TABLE_GROUPS,
    PR_TABLE_WEEKS,
    PR_TABLE_WEEKLY,
    PR_TABLE_TREES,
    PR_TABLE_LINEAR,
    PR_TABLE_LEXICON,
    PR_TABLE_POSTINGS,
    PR_TABLE_DOCUMENTS,
    PR_TABLE_FACETS,
    PR_TABLE_SIMILAR,
    PR_TABLE_RULES,
    PR_TABLE_LISTS,
    PR_TABLE_TRENDING,
    PR_TABLE_SYNONYMS,
    PR_TABLE_ITEM_STATS,
    PR_TABLE_FACTORS,
    PR_TABLE_GRAM,
    PR_TABLE_NEIGHBOURS,
    PR_TABLE_VECTORS,
    PR_TABLE_VECTOR_PLACES,
    PR_TABLE_CLUSTERS,
    PR_TABLE_PROJECTION,
    PR_TABLE_RERANKED,
    PR_TABLE_CATEGORIES,
    PR_TABLE_RERANKED_CATEGORIES,
    PR_TABLE_COUNT,
    PR_TABLE_UNKNOWN = PR_TABLE_COUNT
} pr_table;

/* Counts of cells or items, one array each. */
typedef struct pr_count_columns {
    pr_uints started, completed, rated, liked;
} pr_count_columns;

typedef struct pr_item_column {
    pr_strings texts;        /* text */
    const uint32_t *offsets; /* list */
    pr_uints codes;          /* category, list */
    const int32_t *integers; /* integer, date */
    const double *reals;
} pr_item_column;

typedef struct pr_items_view {
    pr_strings id;
    pr_count_columns counts;
    const pr_item_column *columns; /* one for each of the settings' columns */
} pr_items_view;

typedef struct pr_item_ids_view {
    const uint32_t *starts, *hash;
    pr_uints item;
} pr_item_ids_view;

typedef struct pr_dictionaries_view {
    const pr_strings *columns; /* one for each of the settings' columns; empty where the column has none */
} pr_dictionaries_view;

typedef struct pr_segments_view {
    pr_strings key;
    const uint32_t *totals; /* rows × 4 */
    const double *views;    /* rows × 2 */
    const uint32_t *offsets;
    pr_uints item;
    pr_count_columns counts;
} pr_segments_view;

typedef struct pr_terms_view {
    pr_strings term;
    const uint32_t *offsets;
    pr_uints item;
    const uint8_t *impact;
} pr_terms_view;

typedef struct pr_groups_view {
    uint32_t rows;
    pr_uints code;
    const uint32_t *started, *abandoned;
    const double *low, *high;
    const uint8_t *flagged;
} pr_groups_view;

/* The weeks of the log, rising, and what everyone did in each. */
typedef struct pr_weeks_view {
    const int32_t *week;
    const int64_t *totals; /* rows × 5: impressions, clicks, views, likes, watch */
} pr_weeks_view;

/* What happened to each item: cells [offsets[r] … offsets[r + 1]) of its weeks. */
typedef struct pr_weekly_view {
    const uint32_t *offsets;
    pr_uints week; /* row of `weeks` */
    pr_uints impressions, clicks, views, likes;
    const uint32_t *watch;
} pr_weekly_view;

typedef struct pr_shard {
    pr_table table;
    const char *table_name, *file, *sha256;
    pr_text first_key;
    uint64_t bytes;
    uint32_t first_row, rows;
    bool attached, refused, wanted; /* wanted: in the page-fault list of the running request */
    pr_arena arena;                 /* lists of tensors and columns of this shard */
    union {
        pr_items_view items;
        pr_item_ids_view item_ids;
        pr_dictionaries_view dictionaries;
        pr_segments_view segments;
        pr_terms_view terms;
        pr_groups_view groups;
        pr_weeks_view weeks;
        pr_weekly_view weekly;
        const pr_model *model;
        pr_lexicon_view lexicon;
        pr_postings_view postings;
        pr_documents_view documents;
        pr_facet_view facet;
        pr_links_view links;
        pr_lists_view lists;
        pr_trending_view trending;
        pr_synonyms_view synonyms;
        pr_item_stats_view item_stats;
        pr_factors_view factors;
        pr_gram_view gram;
        pr_neighbours_view neighbours;
        pr_vectors_view vectors;
        pr_vector_places_view vector_places;
        pr_clusters_view clusters;
        pr_projection_view projection;
        pr_reranked_view reranked; /* of products or of categories */
        pr_categories_view categories;
    } view;
} pr_shard;

struct pr_engine {
    const pr_allocator *allocator;
    size_t memory_limit;
    pr_arena index;   /* lives as long as the engine */
    pr_arena scratch; /* reset at the start of each request */
    pr_text name, version, created;
    uint32_t items;
    pr_settings settings;
    const uint16_t *specialities; /* of each value of the goal column, made at first use (rank/ranking_inputs.c) */
    pr_ranking ranking;           /* all zero when the bundle has none */
    pr_meaning meaning;           /* the same: without vectors */
    pr_shop shop;                 /* the same */
    pr_purchases purchases;       /* the same */
    pr_stages stages;             /* the same */
    pr_shard *shards;
    uint32_t shard_count;
    struct {
        uint32_t first, count; /* in `shards` */
        uint32_t rows;
    } tables[PR_TABLE_COUNT];
    uint32_t *missing; /* room for shard_count */
    uint32_t missing_count;
    bool needs_refused; /* the running request needs a shard that was refused */
};

/* Fill an engine that is all zero but for allocator, limit and arenas. */
pr_status pr__manifest_read(pr_engine *engine, const char *bytes, size_t size, pr_error *error);

/* The shard that holds the row, attached; NULL when the row does not exist or the shard is missing (then noted). */
const pr_shard *pr__shard_of_row(pr_engine *engine, pr_table table, uint32_t row);
/* The shard of a table ordered by key in which `key` would stand; NULL as above. */
const pr_shard *pr__shard_of_key(pr_engine *engine, pr_table table, pr_text key);
/* The row of `key` among sorted strings, or UINT32_MAX. */
uint32_t pr__strings_find(const pr_strings *sorted, pr_text key);

/* Check a shard's tensors against what its table needs and fill its view; one function for each table. */
pr_status pr__items_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
pr_status pr__item_ids_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
pr_status pr__dictionaries_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
pr_status pr__segments_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
pr_status pr__terms_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
pr_status pr__groups_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
pr_status pr__weeks_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
pr_status pr__weekly_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
/* Trees or a linear model over the features of the settings. */
pr_status pr__ranker_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);

/* The shop's tables. */
pr_status pr__lexicon_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
pr_status pr__postings_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
pr_status pr__documents_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
pr_status pr__facets_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
pr_status pr__similar_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
pr_status pr__rules_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
pr_status pr__lists_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
pr_status pr__trending_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
pr_status pr__synonyms_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);

/* The tables behind recommendations from purchases. */
pr_status pr__item_stats_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
pr_status pr__factors_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
pr_status pr__gram_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
pr_status pr__neighbours_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);

/* The tables of meaning. */
pr_status pr__vectors_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
pr_status pr__vector_places_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file,
                                  pr_error *error);
pr_status pr__clusters_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
pr_status pr__projection_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
pr_status pr__reranked_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);
pr_status pr__categories_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error);

/* The four columns of counts, each of `count` elements: no more successes than trials. */
pr_status pr__counts_check(const pr_safetensors *file, uint64_t count, pr_count_columns *out, pr_error *error);
/* Strings in strictly rising order? `name` is their tensor's. */
pr_status pr__strings_check_sorted(const pr_safetensors *file, const char *name, const pr_strings *strings,
                                   pr_error *error);

/* An item's place: its shard's view and the row within. */
typedef struct pr_item {
    const pr_items_view *view;
    uint32_t row;
} pr_item;

/* False when the item does not exist or its shard is missing. */
bool pr__item(pr_engine *engine, uint32_t item, pr_item *out);
/* The item with that id; UINT32_MAX when there is none, or when shards are missing (then noted). */
uint32_t pr__item_find(pr_engine *engine, pr_text id);
pr_counts pr__counts(const pr_count_columns *columns, uint64_t i);
/* Codes of a category (0 or 1) or list of an item. */
uint32_t pr__item_codes(const pr_settings *settings, pr_item item, uint32_t column, uint32_t *first);
/* Days since 1970-01-01, or INT32_MIN. */
int32_t pr__item_integer(pr_item item, uint32_t column);
/* The dictionary of a column, or NULL when missing (then noted). */
const pr_strings *pr__dictionary(pr_engine *engine, uint32_t column);

/* A row of `segments`. */
typedef struct pr_segment {
    const pr_segments_view *view;
    uint32_t row, first, end; /* cells [first, end) */
    pr_counts totals;
} pr_segment;

/* The row with that key; false when there is none or its shard is missing (then noted). */
bool pr__segment_find(pr_engine *engine, pr_text key, pr_segment *out);

/* The item's weeks into out[0 … PR_MAX_WEEKS), rising; returns how many. 0 also when a shard is missing (then noted).
 */
uint32_t pr__item_weeks(pr_engine *engine, uint32_t item, pr_week *out);
/* The same for everyone. Sums beyond 2^32 - 1 are cut there. */
uint32_t pr__everyone_weeks(pr_engine *engine, pr_week *out);
/* The model, or NULL when its shard is missing (then noted). */
const pr_model *pr__ranker(pr_engine *engine);

#endif
