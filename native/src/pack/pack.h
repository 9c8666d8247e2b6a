/* Packing: from counts, prior, words and catalogue to the shards and the manifest of a bundle. docs/bundle-format.md
 * says what each table holds. */
#ifndef PRT_PACK_H
#define PRT_PACK_H

#include "config.h"
#include "counts.h"
#include "flags.h"
#include "item_meaning.h"
#include "models.h"
#include "plan.h"
#include "prior.h"
#include "purchases.h"
#include "rerank.h"
#include "shop.h"
#include "tensors.h"
#include "text.h"

enum { PRT_MAX_COLUMNS = 64, PRT_LONGEST_ID = 256, PRT_LONGEST_TEXT = 65536 };

typedef struct prt_categories prt_categories; /* categories.h */

/* All that a bundle is made from. Nothing is owned. */
typedef struct prt_pack {
    const prt_dataset *dataset;
    const prt_counts_plan *plan;
    const prt_counts *counts;
    const prt_prior_models *prior;
    const prt_terms *terms;
    const prt_column *columns[PRT_MAX_COLUMNS]; /* of the items, in the order of the manifest */
    uint32_t column_count;
    const prt_choices *choices;       /* one for each dimension */
    const prt_flag_rule *flag_rule;   /* NULL: no flags */
    const prt_history *history;       /* the weekly log, or NULL: no ranking */
    const prt_ranker *ranker;         /* the model that was learned from it, or NULL */
    double model_ndcg;                /* of the model on the log's last week; NaN: not known */
    uint32_t model_rows;              /* that it was learned from */
    const prt_shop *shop;             /* NULL: no shop */
    const prt_purchases *purchases;   /* NULL: no purchases */
    const prt_item_meaning *meaning;  /* NULL: no meaning */
    bool ship_encoder, ship_cross;    /* the encoder and the cross-encoder of `meaning` */
    const prt_categories *categories; /* NULL: no lists of them */
    const prt_reranked *reranked;     /* [PRT_PAGES]; NULL: nothing is */
    prt_name_list facets;             /* of the shop's search: columns of the items */
    uint32_t min_users;
    uint64_t shard_bytes;
    const char *name, *version;
    int64_t created;
    void (*write_settings)(const void *context, pr_writer *w); /* writes the object "settings" */
    const void *settings;
} prt_pack;

/* One shard, ready to be written. */
typedef struct prt_packed_shard {
    const char *table, *file;
    const char *bytes;
    size_t size;
    uint32_t first_row, rows;
    pr_text first_key; /* bytes NULL: the table has no order by key */
    char sha256[65];
} prt_packed_shard;

/* A bundle in memory. */
typedef struct prt_packed {
    pr_arena arena;
    prt_packed_shard *shards;
    uint32_t shard_count, shard_room;
    pr_text manifest;
    uint64_t published_cells;
    uint32_t published_rows, segment_count;
    pr_text *segment_keys; /* of the full segments, sorted */
} prt_packed;

/* Build the whole bundle in memory. Free with prt_packed_free, also after a failure. */
pr_status prt_pack_make(const prt_pack *pack, prt_packed *out, pr_error *error);
void prt_packed_free(prt_packed *packed);

/* ---- the tables, one file each; each appends its shards ---- */
pr_status prt_pack_items(const prt_pack *pack, prt_packed *out, pr_error *error);
pr_status prt_pack_item_ids(const prt_pack *pack, prt_packed *out, pr_error *error);
pr_status prt_pack_dictionaries(const prt_pack *pack, prt_packed *out, pr_error *error);
pr_status prt_pack_segments(const prt_pack *pack, prt_packed *out, pr_error *error);
pr_status prt_pack_terms(const prt_pack *pack, prt_packed *out, pr_error *error);
pr_status prt_pack_groups(const prt_pack *pack, prt_packed *out, pr_error *error);
pr_status prt_pack_weeks(const prt_pack *pack, prt_packed *out, pr_error *error);
pr_status prt_pack_weekly(const prt_pack *pack, prt_packed *out, pr_error *error);
pr_status prt_pack_model(const prt_pack *pack, prt_packed *out, pr_error *error);
pr_status prt_pack_search(const prt_pack *pack, prt_packed *out, pr_error *error);
pr_status prt_pack_shop(const prt_pack *pack, prt_packed *out, pr_error *error);
pr_status prt_pack_purchases(const prt_pack *pack, prt_packed *out, pr_error *error);
pr_status prt_pack_meaning(const prt_pack *pack, prt_packed *out, pr_error *error);
pr_status prt_pack_categories(const prt_pack *pack, prt_packed *out, pr_error *error);
pr_status prt_pack_manifest(const prt_pack *pack, prt_packed *out, pr_error *error);

/* Let the cross-encoder of pack->meaning score what the packed bundle recommends on the pages of its products and
 * categories, into out[PRT_PAGES]; needs all of it, with its manifest. Free each with prt_reranked_free, also after a
 * failure. */
pr_status prt_rerank_packed(const prt_config *config, const prt_pack *pack, int threads, const prt_packed *packed,
                            prt_reranked *out, pr_error *error);
/* Append pack->reranked to a whole bundle, and write the manifest anew. */
pr_status prt_pack_reranked(const prt_pack *pack, prt_packed *out, pr_error *error);

/* The numbers of the `count` most popular items, the most popular first. False: out of memory. */
bool prt_pack_popular(const prt_pack *pack, uint32_t *out, uint32_t count);

/* The table trending from a list whose items are numbers in the bundle. */
pr_status prt_pack_trending(const prt_trending *trending, prt_packed *out, pr_error *error);

/* ---- parts of the manifest, for writing one anew ---- */
enum { PRT_SHARD_MEMORY = 16 << 10 }; /* that an engine needs for a shard besides its bytes */

void prt_manifest_created(int64_t when, pr_writer *w);                /* the member "created" */
void prt_manifest_shard(const prt_packed_shard *shard, pr_writer *w); /* an entry of "shards" */
/* Write the checksum and the end of `manifest`, which `w` writes; seal it and make it the one of `out`. */
pr_status prt_manifest_finish(pr_buffer *manifest, pr_writer *w, prt_packed *out, pr_error *error);

/* ---- what they share ---- */

/* A table that is cut by rows. `fill` adds the tensors of rows [first, end). */
typedef struct prt_table {
    const char *name;
    uint32_t rows;
    const prt_pack *pack;
    const void *context;                                                /* of the callbacks */
    uint64_t (*row_bytes)(const struct prt_table *table, uint32_t row); /* about how many a row takes */
    void (*fill)(const struct prt_table *table, uint32_t first, uint32_t end, prt_tensors *t);
    pr_text (*key)(const struct prt_table *table, uint32_t row); /* NULL: not ordered by key */
} prt_table;

typedef bool (*prt_row_test)(const prt_table *table, uint32_t row);

/* Cut the table into shards of about pack->shard_bytes and append them; a table without rows gets one empty shard. */
pr_status prt_pack_table(const prt_table *table, prt_packed *out, pr_error *error);
/* The same, but shards begin at rows that `begins` names wherever one fits. */
pr_status prt_pack_table_at(const prt_table *table, prt_row_test begins, prt_packed *out, pr_error *error);

/* Append one shard that is the table's only one and consists of `bytes`, which are copied. */
pr_status prt_pack_bytes(const char *table, uint32_t rows, pr_text bytes, prt_packed *out, pr_error *error);

pr_text prt_string(const prt_strings *strings, uint32_t i);
/* A copy in `arena`; bytes NULL when out of memory. */
pr_text prt_text_copy(pr_arena *arena, pr_text text);

#endif
