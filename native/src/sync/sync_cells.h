/* Values as PostgreSQL writes them → values of SQLite. */
#ifndef PRT_SYNC_CELLS_H
#define PRT_SYNC_CELLS_H

#include "sync_plan.h"

#include <sqlite3.h>

enum { PRT_MOMENT = 64 };

/* "2025-11-21 09:30:00.5+00" → "2025-11-21T09:30:00.5Z"; without +00, without Z; what is no such time (infinity, a year
 * before Christ) stays as it is. False: it does not fit. */
bool prt_cell_moment(const char *text, char out[PRT_MOMENT]);

/* Bind the value to the statement's parameter `at`. The text must live until the statement is reset. */
void prt_cell_bind(sqlite3_stmt *statement, int at, prt_cell_kind kind, const char *text, int size);

#endif
