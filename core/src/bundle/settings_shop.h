/* settings.shop of the manifest: which columns a product is made of, and how the search scores. docs/bundle-format.md.
 */
#ifndef PR_SETTINGS_SHOP_H
#define PR_SETTINGS_SHOP_H

#include "settings.h"

enum {
    PR_MAX_CATEGORIES = 4,
    PR_MAX_FACETS = 16,
    PR_MAX_PATTERNS = 256,
    PR_LENGTH_CLASSES = 16,
    PR_MAX_STOP_WORDS = 1000,
    PR_MAX_SURFACES = 255,
    PR_SEARCH_BLOCK = 4096 /* documents that are scored together; shards of documents and columns begin at multiples */
};

/* How a term is turned back into a word: `drop` bytes off its end, then `append`. */
typedef struct pr_surface {
    uint32_t drop;
    pr_text append;
} pr_surface;

typedef struct pr_shop {
    bool present;
    uint32_t name;                                          /* a text column of the items */
    uint32_t image, price, original_price, rating, reviews; /* columns or PR_NO_COLUMN */
    uint32_t category_count, category[PR_MAX_CATEGORIES];   /* from the widest to the narrowest */
    bool strict_ids;                                        /* all ids fit ^[A-Z0-9]{10}$ */
    double clicked, search, diverse;                        /* weights of the home page's sources */
    uint32_t days;                                          /* of inactivity after which a profile is stale */
    uint32_t baskets;                                       /* that the rules were mined from */
    double popularity;                                      /* the most popular item's score is raised by this share */
    uint32_t pattern_count;
    const float (*gain)[PR_LENGTH_CLASSES]; /* of a posting by pattern and length class: tf / (k1 + tf), BM25F */
    uint8_t other_form[PR_MAX_PATTERNS];    /* 1: the document has other forms than the term's commonest word */
    uint32_t stop_count;
    const pr_text *stop_words; /* sorted */
    uint32_t surface_count;
    const pr_surface *surfaces;
    uint32_t facet_count, facets[PR_MAX_FACETS]; /* columns that results can be counted, filtered and sorted by */
    uint32_t chunks;                             /* shards of each facet's column */
} pr_shop;

/* Read settings.shop; `given` NULL leaves all zero. Texts stay where the manifest's are. */
pr_status pr__shop_read(const pr_json *given, const pr_settings *settings, uint32_t items, pr_arena *arena,
                        pr_shop *out, pr_error *error);
bool pr__is_stop_word(const pr_shop *shop, const char *word, size_t size);
/* The facet that shows a column, or UINT32_MAX. */
uint32_t pr__facet_of(const pr_shop *shop, uint32_t column);

#endif
