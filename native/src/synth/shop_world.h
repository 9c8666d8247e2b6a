/* A made-up shop, or made-up visitors of a real catalogue: products, what goes together, what is rising. */
#ifndef PRT_SHOP_WORLD_H
#define PRT_SHOP_WORLD_H

#include "draw.h"
#include "synth.h"
#include "synth_file.h"
#include "tables.h"

enum {
    PRT_FAVOURITES = 3, /* narrow categories that a visitor likes */
    PRT_PRICE_LEVELS = 3,
    PRT_BUNDLE_MOST = 3, /* products of a bundle */
    PRT_RISING_DAYS = 10,
};

/* What is planted; truth.json says it. */
#define PRT_SHOP_LOYAL    0.85 /* share of the sessions that are about a favourite narrow category */
#define PRT_SHOP_ODDS     2.0  /* how much likelier a product of the liked price level, or brand, is chosen */
#define PRT_SHOP_FLAT     5.0  /* the product of rank r is chosen as often as log(1 + 1 / (r + this)) */
#define PRT_SHOP_TOGETHER 0.5  /* chance that each other product of the wanted one's bundle is clicked too */
#define PRT_SHOP_RISING   0.2  /* share of the sessions at the very end that are for rising products */
#define PRT_SHOP_SEARCHED 0.6  /* share of the sessions that begin with a search */
#define PRT_SHOP_FOUND    0.8  /* share of the searches that lead to the wanted product */
#define PRT_SHOP_HEAD     0.7  /* share of the queries that surely say what kind of thing is wanted */
#define PRT_SHOP_OTHER    0.4  /* chance that a word is replaced by the one that means the same */
#define PRT_SHOP_TYPO     0.06 /* chance that a word of five letters or more is misspelt */
#define PRT_SHOP_DROPPED  0.2  /* chance that the second of three words is left out */

typedef struct prt_product {
    char id[12];
    const char *name; /* NUL-terminated, in the arena */
    const char *image, *link;
    uint32_t sub;           /* narrow category */
    double price, original; /* 0: not known */
    double rating;          /* 0: not known */
    uint64_t reviews;
    uint32_t bundle; /* PRT_NONE: in none */
    uint32_t brand;  /* a hash of the name's first word */
    uint8_t head;    /* the word of the name that says what it is: see shop_query.h */
    uint8_t level;   /* of its price within the shelf: a third each; the middle one when the price is not known */
} prt_product;

/* A narrow category: by_sub[first … first + count), the most rated first. */
typedef struct prt_shelf {
    const char *name, *main;
    uint32_t first, count;
    double log_span; /* of the chances: see prt_shop_draw */
} prt_shelf;

/* Products of different shelves that are clicked and bought together. */
typedef struct prt_bundle {
    uint32_t products[PRT_BUNDLE_MOST], count;
} prt_bundle;

/* A product that more and more sessions are about: their share grows evenly, from nothing PRT_RISING_DAYS before the
 * end of the log to `share` at its end. */
typedef struct prt_rising {
    uint32_t product;
    double share;
} prt_rising;

typedef struct prt_shop_world {
    const prt_shop_options *options;
    pr_arena arena;
    prt_product *products;
    uint32_t count;
    prt_shelf *shelves;
    uint32_t shelf_count;
    uint32_t *by_sub;
    uint32_t *by_liking; /* shelves, those that most people like first */
    prt_bundle *bundles;
    uint32_t bundle_count;
    prt_rising *rising;
    uint32_t rising_count;
} prt_shop_world;

pr_status prt_shop_world_make(prt_shop_world *w, const prt_shop_options *options, pr_error *error);
void prt_shop_world_free(prt_shop_world *w);

/* Fill products and shelves: from a file, or made up. */
pr_status prt_shop_catalogue_read(prt_shop_world *w, pr_error *error);
pr_status prt_shop_catalogue_invent(prt_shop_world *w, pr_error *error);
/* Ten upper-case letters and digits; different ones for different products. */
void prt_shop_invent_id(uint64_t seed, uint32_t product, char out[12]);
/* A copy in the arena, NUL-terminated; NULL when out of memory. */
const char *prt_shop_copy(prt_shop_world *w, const char *bytes, size_t size);

/* Find the word of each name that most names of its shelf hold. PR_E_MEMORY. */
pr_status prt_shop_find_heads(prt_shop_world *w, pr_error *error);

/* What a visitor likes: shelves, the most liked first, a price level and a brand. */
typedef struct prt_taste {
    uint32_t shelves[PRT_FAVOURITES];
    uint32_t brand_of; /* a product of the liked brand */
    uint8_t level;
} prt_taste;

prt_taste prt_shop_taste(const prt_shop_world *w, uint64_t user);
/* A product of the shelf by the law of Zipf and Mandelbrot: the well-known ones more often. The shelf must not be
 * empty. */
uint32_t prt_shop_draw(const prt_shop_world *w, uint32_t shelf, prt_draw *draw);
/* Bytes of the name's first word: the brand. */
size_t prt_shop_brand_size(const char *name);

/* products.csv; events.csv and searches.csv; pocketrec.json; truth/ */
void prt_shop_write_products(const prt_shop_world *w, prt_synth_file *out);
void prt_shop_write_logs(const prt_shop_world *w, prt_synth_file *events, prt_synth_file *searches);
void prt_shop_write_config(prt_synth_file *out);
void prt_shop_write_truth(const prt_shop_world *w, prt_synth_file *out);
void prt_shop_write_tastes(const prt_shop_world *w, prt_synth_file *out);
void prt_shop_write_readme(prt_synth_file *out);

/* A text as a CSV value in quotes. */
void prt_shop_put_quoted(prt_synth_file *out, const char *text, size_t size);

#endif
