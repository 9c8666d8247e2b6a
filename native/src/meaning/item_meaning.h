/* What items mean: their texts as vectors, turned so that few numbers say most, rounded to bytes, and laid in clusters.
 *
 * The path: item_texts.c joins what a product says, embed.c encodes what the cache does not know yet, rotation.c finds
 * the directions that matter, vector_clusters.c groups, item_meaning.c does the whole. Whatever the number of threads,
 * the result is the same. */
#ifndef PRT_ITEM_MEANING_H
#define PRT_ITEM_MEANING_H

#include "config.h"
#include "loaded.h"
#include "tables.h"

typedef struct prt_item_meaning {
    pr_arena arena;
    prt_loaded_encoder loaded; /* that made the vectors */
    prt_loaded_encoder cross;  /* scores pairs of texts; its encoder is NULL where there is none */
    uint32_t items;
    uint32_t rows; /* items with a text, in the order of the clusters; 0: no vectors */
    uint32_t source, dims, probes;
    bool searched;   /* there is a search that asks for vectors of queries */
    uint32_t *item;  /* of each row, its number in the bundle */
    int8_t *values;  /* rows x dims */
    float *scale;    /* of each row */
    uint32_t *place; /* of each item its row, or PRT_NONE */
    uint32_t clusters;
    int8_t *centres; /* clusters x dims */
    float *centre_scale;
    uint32_t *first; /* clusters + 1: rows of each */
    float *rotation; /* dims x source */
} prt_item_meaning;

/* Learn the vectors of all items, `order`ed as they are in the bundle (number → row of the catalogue). No vector is
 * made when config->meaning.encoder is NULL. PR_E_FORMAT when no item has a text, or the encoder
 * embeds none or has too few numbers; PR_E_IO, PR_E_MEMORY. Free also after a failure. */
pr_status prt_meaning_learn(const prt_config *config, const prt_dataset *dataset, const uint32_t *order, int threads,
                            prt_item_meaning *out, pr_error *error);
void prt_meaning_free(prt_item_meaning *meaning);

/* Write the manifest's settings.meaning, with the columns whose categories have lists. */
void prt_meaning_write_settings(const prt_config *config, const prt_item_meaning *meaning,
                                const char *const *categories, uint32_t count, pr_writer *w);

/* ---- the steps ---- */

/* Open config->meaning.cross_encoder, which must have a classifier of one label; where nothing is at that path a
 * warning says so, and none is opened. Close with prt_loaded_close. PR_E_IO, PR_E_FORMAT, PR_E_MEMORY. */
pr_status prt_cross_encoder_open(const prt_config *config, prt_loaded_encoder *out, pr_error *error);

/* Texts of items: text i is of the item `items[i]`; items without one are left out. Lives in `arena`. */
typedef struct prt_item_texts {
    uint32_t count;
    uint32_t *items; /* numbers in the bundle, rising */
    pr_text *texts;
} prt_item_texts;

pr_status prt_item_texts_make(const prt_entities *items, const prt_name_list *columns, const uint32_t *order,
                              pr_arena *arena, prt_item_texts *out, pr_error *error);

/* Texts to encode, or with `seconds` pairs of texts to score. */
typedef struct prt_embedding {
    const prt_loaded_encoder *loaded;
    const pr_text *texts, *seconds; /* count each; seconds NULL: no pairs */
    uint32_t count;
    const char *cache; /* path of a file that keeps what was made, or NULL */
    bool tidy;         /* write the file anew when more than half of it is not of these texts */
    int threads;
} prt_embedding;

/* Embeddings out[count][dims] of the encoder, or scores out[count][labels]. Those in the cache are taken from there,
 * the others are made and added to it. PR_E_FORMAT, PR_E_MEMORY. */
pr_status prt_embed(const prt_embedding *embedding, float *out, pr_error *error);

/* rotation[dims][source]: the directions in which vectors[count][source] are largest, the largest first: eigenvectors
 * of the sum of x x^T (principal components without centring, which keep inner products as well as any `dims`
 * directions can: Eckart and Young 1936). Of more than 32,768 vectors evenly spread ones decide. PR_E_MEMORY. */
pr_status prt_rotation_find(const float *vectors, uint32_t count, uint32_t source, uint32_t dims, int threads,
                            float *rotation, pr_error *error);
/* out[count][dims]: each vector turned, and scaled to length 1. */
void prt_rotation_apply(const float *rotation, const float *vectors, uint32_t count, uint32_t source, uint32_t dims,
                        int threads, float *out);

/* Spherical k-means (Dhillon and Modha 2001, "Concept Decompositions for Large Sparse Text Data Using Clustering",
 * algorithm 2.1) of vectors[count][dims] of length 1. centres[*clusters][dims] has length 1, cluster[i] is that of
 * vector i; clusters without vectors are dropped, and they are ordered by their first vector. PR_E_MEMORY. */
pr_status prt_clusters_find(const float *vectors, uint32_t count, uint32_t dims, int threads, uint32_t *clusters,
                            float *centres, uint32_t *cluster, pr_error *error);

/* The inner product, of a multiple of 16 numbers where it matters: sixteen sums side by side and one order of adding
 * them up, so that it is the same everywhere. */
float prt_inner(const float *a, const float *b, uint32_t count);

#endif
