/* The words that a believable retailer's catalogue is made of. */
#ifndef PRT_RETAIL_WORDS_H
#define PRT_RETAIL_WORDS_H

#include <stdint.h>

enum {
    PRT_RETAIL_KINDS = 40,
    PRT_RETAIL_NEIGHBOURS = 4, /* kinds of a main category; they follow each other */
    PRT_RETAIL_CHOICES = 4,
    PRT_RETAIL_ADJECTIVES = 12,
    PRT_RETAIL_SYLLABLES = 16,
};

/* A narrow category: what lies there, what is said about it, in which packs it comes (the small ones first), its usual
 * price, after how many days it is used up (0: it lasts, and is bought once) and the month around which it is bought
 * most (0: in all alike). */
typedef struct prt_retail_kind {
    const char *main, *sub;
    const char *nouns[PRT_RETAIL_CHOICES], *traits[PRT_RETAIL_CHOICES], *packs[PRT_RETAIL_CHOICES];
    double price;
    uint32_t cycle, peak;
} prt_retail_kind;

extern const prt_retail_kind prt_retail_kinds[PRT_RETAIL_KINDS];
extern const char *const prt_retail_adjectives[PRT_RETAIL_ADJECTIVES];
extern const char *const prt_retail_syllables[PRT_RETAIL_SYLLABLES]; /* of brands */

#endif
