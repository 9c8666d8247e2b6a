/* Arrays that grow. */
#ifndef PRT_GROW_H
#define PRT_GROW_H

#include <stdbool.h>
#include <stddef.h>

/* Make room for `needed` elements of `size` bytes in *array, which comes from malloc or is NULL and has room for *room:
 * twice as many when there are too few. False when out of memory: then array and room are as they were. */
bool prt_grow(void **array, size_t *room, size_t needed, size_t size);

#endif
