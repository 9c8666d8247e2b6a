/* What the files of this folder share while they turn checked JSON into a prt_config. */
#ifndef PRT_CONFIG_READER_H
#define PRT_CONFIG_READER_H

#include "config.h"
#include "fail.h"

typedef struct prt_config_reader {
    prt_config *config;
    const char *where; /* "configuration workouts/pocketrec.json": begins every sentence */
    pr_error *error;
} prt_config_reader;

pr_status prt_config_read_tables(prt_config_reader *r, const pr_json *root);   /* items, users, events */
pr_status prt_config_read_events(prt_config_reader *r, const pr_json *events); /* NULL: there are none; after users */
pr_status prt_config_read_settings(prt_config_reader *r, const pr_json *root); /* all others */
pr_status prt_config_read_ranking(prt_config_reader *r, const pr_json *root);  /* weekly, ranking */
pr_status prt_config_read_shop(prt_config_reader *r, const pr_json *root);     /* searches, baskets, shop, its search */
pr_status prt_config_read_purchases(prt_config_reader *r, const pr_json *root);
pr_status prt_config_read_meaning(prt_config_reader *r, const pr_json *root);
pr_status prt_config_read_campaigns(prt_config_reader *r, const pr_json *root); /* after meaning, purchases and shop */
pr_status prt_config_read_interactions(prt_config_reader *r, const pr_json *root);
pr_status prt_config_read_sync(prt_config_reader *r, const pr_json *root);
pr_status prt_config_read_evaluation(prt_config_reader *r, const pr_json *root);
/* What the schema cannot say: names that must exist elsewhere, bands that overlap, and the like. */
pr_status prt_config_check(prt_config_reader *r);
pr_status prt_config_check_ranking(prt_config_reader *r);
pr_status prt_config_check_shop(prt_config_reader *r);
pr_status prt_config_check_purchases(prt_config_reader *r);
pr_status prt_config_check_meaning(prt_config_reader *r);
pr_status prt_config_check_campaigns(prt_config_reader *r);
pr_status prt_config_check_sync(prt_config_reader *r);
pr_status prt_config_check_evaluation(prt_config_reader *r);
/* Phrases of groups of synonyms that cannot be carried in a bundle. */
pr_status prt_config_check_synonyms(prt_config_reader *r, const char *key, const pr_json *synonyms);

/* The column must be one of `side`.columns ("users", "items") and of one of the types (bits 1 << prt_column_type);
 * `must` completes the sentence: "a category". */
pr_status prt_config_check_column(prt_config_reader *r, const char *key, const char *side,
                                  const prt_entity_config *entity, const char *name, uint32_t types, const char *must);

/* Files, format and the like of a source whose key in messages is `key`, which must stay. */
pr_status prt_config_source(prt_config_reader *r, const char *key, const pr_json *given, prt_source *out);

/* A path as the configuration gives it → with ${NAME} filled in, relative to the configuration's folder. */
pr_status prt_config_path(prt_config_reader *r, const char *key, const pr_json *given, const char **out);

/* Small things: memory of the configuration (NULL when there is none), members with a default. */
void *prt_config_take(prt_config_reader *r, size_t count, size_t size);
pr_status prt_config_no_memory(prt_config_reader *r);
pr_status prt_config_text(prt_config_reader *r, const pr_json *value, const char **out); /* NULL and null give NULL */
pr_status prt_config_names(prt_config_reader *r, const pr_json *array, prt_name_list *out);
pr_status prt_config_bands(prt_config_reader *r, const pr_json *array, prt_band_list *out);
double prt_config_number(const pr_json *object, const char *key, double otherwise);
/* Which of the names a text is; `count` when it is none of them. */
uint32_t prt_config_position(const pr_json *value, const char *const *names, uint32_t count);

/* The configured column, or NULL. */
const prt_column_config *prt_config_column(const prt_entity_config *entity, const char *name);

#endif
