/* Ids that are no items. */
#include "exclude.h"

#include <string.h>

bool prt_excludes(const prt_name_list *exclude, const prt_field *id) {
    if (id->kind != PRT_FIELD_TEXT || id->size == 0)
        return false;
    for (uint32_t i = 0; i < exclude->count; i++) {
        const char *name = exclude->names[i];
        if (name[0] != id->bytes[0]) /* never "*": it is nearly always decided here */
            continue;
        size_t size = strlen(name);
        bool beginning = size > 0 && name[size - 1] == '*';
        size -= beginning;
        if ((beginning ? id->size >= size : id->size == size) && memcmp(name, id->bytes, size) == 0)
            return true;
    }
    return false;
}
