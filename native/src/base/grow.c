/* Doubling. */
#include "grow.h"

#include <stdlib.h>

bool prt_grow(void **array, size_t *room, size_t needed, size_t size) {
    if (needed <= *room)
        return true;
    size_t more = *room ? *room * 2 : 1024;
    more = more < needed ? needed : more;
    void *grown = realloc(*array, more * size);
    if (!grown)
        return false;
    *array = grown;
    *room = more;
    return true;
}
