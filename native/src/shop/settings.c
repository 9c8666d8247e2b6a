/* The manifest's settings.shop. */
#include "shop.h"

#include <stdlib.h>
#include <string.h>

/* English words that say little about what somebody looks for; sorted. */
static const char *const ENGLISH[] = {
    "a",     "about", "all",   "also", "am",    "an",    "and",   "any",  "are",   "as",   "at",   "be",    "been",
    "being", "but",   "by",    "can",  "could", "did",   "do",    "does", "for",   "from", "had",  "has",   "have",
    "he",    "her",   "here",  "him",  "his",   "how",   "i",     "if",   "in",    "into", "is",   "it",    "its",
    "just",  "me",    "more",  "most", "my",    "no",    "nor",   "not",  "of",    "on",   "or",   "our",   "out",
    "over",  "she",   "so",    "some", "such",  "than",  "that",  "the",  "their", "them", "then", "there", "these",
    "they",  "this",  "those", "to",   "too",   "under", "us",    "very", "was",   "we",   "were", "what",  "when",
    "where", "which", "while", "who",  "will",  "with",  "would", "you",  "your"};

static void number(pr_writer *w, const char *key, double value) {
    pr_write_key(w, key);
    pr_write_number(w, value);
}

static void column(pr_writer *w, const char *key, const char *name) {
    if (!name)
        return;
    pr_write_key(w, key);
    pr_write_text(w, name);
}

static void names(pr_writer *w, const char *key, const char *const *list, size_t count) {
    pr_write_key(w, key);
    pr_write_array(w);
    for (size_t i = 0; i < count; i++)
        pr_write_text(w, list[i]);
    pr_write_end_array(w);
}

static void numbers(pr_writer *w, const char *key, const float *list, size_t count) {
    pr_write_key(w, key);
    pr_write_array(w);
    for (size_t i = 0; i < count; i++)
        pr_write_number(w, (double)list[i]);
    pr_write_end_array(w);
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Own words, sorted and each once, as a query looks them up. */
static void write_own_words(const prt_name_list *words, pr_writer *w) {
    enum { MOST_WORDS = 1000 };
    const char *sorted[MOST_WORDS];
    size_t count = words->count < MOST_WORDS ? words->count : MOST_WORDS, kept = 0;
    for (size_t i = 0; i < count; i++)
        sorted[i] = words->names[i];
    qsort(sorted, count, sizeof *sorted, by_text);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(sorted[i], sorted[i - 1]) != 0)
            sorted[kept++] = sorted[i];
    }
    names(w, "stop_words", sorted, kept);
}

static void write_forms(const prt_search_index *index, pr_writer *w) {
    pr_write_key(w, "surfaces");
    pr_write_array(w);
    for (uint32_t f = 0; f < index->form_count; f++)
        pr_write_text(w, index->forms[f]);
    pr_write_end_array(w);
}

void prt_shop_write_settings(const prt_config *config, const prt_shop *shop, pr_writer *w) {
    const prt_shop_config *c = &config->shop;
    pr_write_key(w, "shop");
    pr_write_object(w);
    column(w, "name", c->name);
    column(w, "image", c->image);
    column(w, "price", c->price);
    column(w, "original_price", c->original_price);
    column(w, "rating", c->rating);
    column(w, "reviews", c->reviews);
    names(w, "category", c->category.names, c->category.count);
    names(w, "facets", config->search.facets.names, config->search.facets.count);
    pr_write_key(w, "strict_ids");
    pr_write_bool(w, shop->strict_ids);
    number(w, "clicked", c->home.clicked);
    number(w, "searched", c->home.search);
    number(w, "diverse", c->home.diverse);
    number(w, "days", c->home.days);
    number(w, "baskets", shop->baskets);
    number(w, "popularity", config->search.popularity);
    number(w, "k1", config->search.k1);
    number(w, "b", config->search.b);
    numbers(w, "patterns", shop->index.patterns, shop->index.pattern_count);
    numbers(w, "lengths", shop->index.lengths, PRT_LENGTH_CLASSES);
    if (config->search.english_stop_words)
        names(w, "stop_words", ENGLISH, sizeof ENGLISH / sizeof *ENGLISH);
    else
        write_own_words(&config->search.stop_words, w);
    write_forms(&shop->index, w);
    pr_write_end_object(w);
}
