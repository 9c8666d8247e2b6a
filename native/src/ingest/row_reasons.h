/* Why a row of a log is wrong, in words. */
#ifndef PRT_ROW_REASONS_H
#define PRT_ROW_REASONS_H

#include "row_source.h"

/* "column is missing", "column is an array or object; …", else: column "value" what. Written to piece->reason and
 * returned. */
const char *prt_say_wrong(prt_piece *piece, const char *column, const prt_field *field, const char *what);

/* The same for an id that was not found: first, whether it can be an id at all. */
const char *prt_say_unknown(prt_piece *piece, const char *column, const prt_field *field, const char *what);

#endif
