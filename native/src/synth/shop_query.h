/* What a visitor types when looking for a product. */
#ifndef PRT_SHOP_QUERY_H
#define PRT_SHOP_QUERY_H

#include "draw.h"

enum { PRT_QUERY_ROOM = 160, PRT_QUERY_WORDS = 6, PRT_WORD_ROOM = 40 };

/* The first words of a name that somebody may type, in lower case. */
typedef struct prt_name_words {
    char list[PRT_QUERY_WORDS][PRT_WORD_ROOM];
    uint32_t count;
} prt_name_words;

void prt_shop_name_words(const char *name, prt_name_words *out);

/* One to three neighbouring words of the name, mostly with the word number `head`, some left out, misspelt, or replaced
 * by others that mean the same. The bytes written; 0 when the name has no word. */
size_t prt_shop_query(const char *name, uint32_t head, prt_draw *draw, char out[PRT_QUERY_ROOM]);

#endif
