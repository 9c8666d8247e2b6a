/* The words that a believable shop is made of, and the other words that people search by. */
#ifndef PRT_SHOP_WORDS_H
#define PRT_SHOP_WORDS_H

#include <stdint.h>

enum {
    PRT_SHOP_KINDS = 28,
    PRT_SHOP_NOUNS = 4,
    PRT_SHOP_ADJECTIVES = 16,
    PRT_SHOP_COLOURS = 12,
    PRT_SHOP_SYLLABLES = 16,
    PRT_SAME_WORDS = 16,
};

/* A narrow category: what lies there, what is said about it, in which sizes it comes, and the usual price. */
typedef struct prt_shop_kind {
    const char *main, *sub;
    const char *nouns[PRT_SHOP_NOUNS], *traits[PRT_SHOP_NOUNS], *sizes[PRT_SHOP_NOUNS];
    double price;
} prt_shop_kind;

extern const prt_shop_kind prt_shop_kinds[PRT_SHOP_KINDS]; /* neighbours complement each other */
extern const char *const prt_shop_adjectives[PRT_SHOP_ADJECTIVES];
extern const char *const prt_shop_colours[PRT_SHOP_COLOURS];
extern const char *const prt_shop_syllables[PRT_SHOP_SYLLABLES]; /* of brands */
/* Words that mean the same; a query may hold the second where a name holds the first. */
extern const char *const prt_same_words[PRT_SAME_WORDS][2];

#endif
