/* SQL from pieces: texts as they are, and names in quotes. */
#ifndef PRT_SYNC_SQL_H
#define PRT_SYNC_SQL_H

#include "config.h"

/* One rule for both PostgreSQL and SQLite. In `format`, %s is a text (const char *) that goes in as it is, and %n a
 * name (const char *) that is put between double quotes, those inside it doubled; all else is copied. */
void prt_sql(pr_buffer *sql, const char *format, ...);

/* The names, each quoted and behind `prefix` ("source."), with `between` between them. */
void prt_sql_names(pr_buffer *sql, const prt_name_list *names, const char *prefix, const char *between);

/* The finished statement, or NULL when memory ran out. */
const char *prt_sql_end(pr_buffer *sql);

#endif
