/* Values on their way into the mirror. */
#include "sync_cells.h"

#include <stdlib.h>
#include <string.h>

bool prt_cell_moment(const char *text, char out[PRT_MOMENT]) {
    const size_t size = strlen(text);
    const char *space = strchr(text, ' ');
    const bool plain = space && !strchr(space + 1, ' '), zone = size > 3 && strcmp(text + size - 3, "+00") == 0;
    if (size + 1 > PRT_MOMENT)
        return false;
    memcpy(out, text, size + 1);
    if (!plain)
        return true;
    out[space - text] = 'T';
    if (zone)
        memcpy(out + size - 3, "Z", 2);
    return true;
}

void prt_cell_bind(sqlite3_stmt *statement, int at, prt_cell_kind kind, const char *text, int size) {
    char moment[PRT_MOMENT];
    if (kind == PRT_CELL_WHOLE)
        sqlite3_bind_int64(statement, at, strtoll(text, NULL, 10));
    else if (kind == PRT_CELL_TRUTH)
        sqlite3_bind_int(statement, at, *text == 't');
    else if (kind == PRT_CELL_MOMENT && prt_cell_moment(text, moment))
        sqlite3_bind_text(statement, at, moment, -1, SQLITE_TRANSIENT);
    else
        sqlite3_bind_text(statement, at, text, size, SQLITE_STATIC);
}
