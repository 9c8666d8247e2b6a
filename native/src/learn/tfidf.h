/* Texts as vectors: which words stand in a text, and how much each tells about it (TF-IDF). */
#ifndef PRT_TFIDF_H
#define PRT_TFIDF_H

#include "tables.h"

/* Sparse vectors, one a row: row i has the terms term[offsets[i]] … term[offsets[i + 1] - 1], rising, and their
 * weights. */
typedef struct prt_vectors {
    uint32_t rows, terms;
    uint64_t *offsets; /* rows + 1 */
    uint32_t *term;
    float *weight;
} prt_vectors;

typedef struct prt_tfidf_settings {
    bool (*is_stop_word)(const char *word, size_t size); /* words to leave out, as pr_words gives them; or NULL */
    bool stem;                                           /* count stems (pr_stem) in place of words */
    int threads;
} prt_tfidf_settings;

/* A vector for each text: words of at least two characters, weighed by their count in the text times
 * ln((1 + texts) / (1 + texts that have the word)) + 1, each vector of length 1 (a text without words has none of it).
 * Terms are numbered in the order of the texts and of the words in them; the result is the same for any number of
 * threads. On failure (PR_E_MEMORY) nothing needs to be freed. */
pr_status prt_tfidf_make(const pr_text *texts, uint32_t rows, const prt_tfidf_settings *settings, prt_vectors *out,
                         pr_error *error);
void prt_vectors_free(prt_vectors *vectors);

/* Is it one of the frequent English words that say nothing about a thing ("and", "with")? Lower case. */
bool prt_is_english_stop_word(const char *word, size_t size);

#endif
