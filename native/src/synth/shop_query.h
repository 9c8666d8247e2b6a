/* What a visitor types when looking for a product. */
#ifndef PRT_SHOP_QUERY_H
#define PRT_SHOP_QUERY_H

#include "draw.h"

enum { PRT_QUERY_ROOM = 160 };

/* One to three words of the name, some left out, misspelt, or replaced by others that mean the same. The bytes
 * written; 0 when the name has no word. */
size_t prt_shop_query(const char *name, prt_draw *draw, char out[PRT_QUERY_ROOM]);

#endif
