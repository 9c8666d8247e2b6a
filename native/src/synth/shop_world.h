/* A made-up shop, or made-up visitors of a real catalogue: products, what goes together, what is rising. */
#ifndef PRT_SHOP_WORLD_H
#define PRT_SHOP_WORLD_H

#include "draw.h"
#include "synth.h"
#include "synth_file.h"
#include "tables.h"

enum {
    PRT_FAVOURITES = 3, /* narrow categories that a visitor likes */
    PRT_RISING_DAYS = 10,
    PRT_SHOP_WORDS = 6, /* of a name that a query may be made from */
};

typedef struct prt_product {
    char id[12];
    const char *name; /* NUL-terminated, in the arena */
    const char *image, *link;
    uint32_t sub;           /* narrow category */
    double price, original; /* 0: not known */
    double rating;          /* 0: not known */
    uint64_t reviews;
    uint32_t partner; /* is bought together with this one; PRT_NONE: with none */
} prt_product;

/* A narrow category: products[first … first + count) of `by_sub`, the most reviewed first. */
typedef struct prt_shelf {
    const char *name, *main;
    uint32_t first, count;
} prt_shelf;

typedef struct prt_shop_world {
    const prt_shop_options *options;
    pr_arena arena;
    prt_product *products;
    uint32_t count;
    prt_shelf *shelves;
    uint32_t shelf_count;
    uint32_t *by_sub;
    uint32_t *rising; /* products that are clicked more and more in the last days */
    uint32_t rising_count;
} prt_shop_world;

/* Words that mean the same; a query may hold the second where a name holds the first. */
extern const char *const prt_same_words[][2];
extern const uint32_t prt_same_word_count;

pr_status prt_shop_world_make(prt_shop_world *w, const prt_shop_options *options, pr_error *error);
void prt_shop_world_free(prt_shop_world *w);

/* Fill products and shelves: from a file, or made up. */
pr_status prt_shop_catalogue_read(prt_shop_world *w, pr_error *error);
pr_status prt_shop_catalogue_invent(prt_shop_world *w, pr_error *error);
/* A copy in the arena, NUL-terminated; NULL when out of memory. */
const char *prt_shop_copy(prt_shop_world *w, const char *bytes, size_t size);

/* A visitor's taste: shelves, the liked most first. */
void prt_shop_taste(const prt_shop_world *w, uint64_t user, uint32_t shelves[PRT_FAVOURITES]);

/* products.csv; events.csv and searches.csv; pocketrec.json; truth/ */
void prt_shop_write_products(const prt_shop_world *w, prt_synth_file *out);
void prt_shop_write_logs(const prt_shop_world *w, prt_synth_file *events, prt_synth_file *searches);
void prt_shop_write_config(prt_synth_file *out);
void prt_shop_write_truth(const prt_shop_world *w, prt_synth_file *bundles, prt_synth_file *rising,
                          prt_synth_file *tastes, prt_synth_file *readme);

#endif
