/* Why a row of a log is wrong, in words. */
#include "row_reasons.h"

#include "field_check.h"

#include <stdio.h>

enum { MOST_SHOWN = 80 };

const char *prt_say_wrong(prt_piece *piece, const char *column, const prt_field *f, const char *what) {
    if (f->kind == PRT_FIELD_MISSING)
        snprintf(piece->reason, sizeof piece->reason, "%s is missing", column);
    else if (f->kind != PRT_FIELD_TEXT)
        snprintf(piece->reason, sizeof piece->reason, "%s is an array or object; it must be one value", column);
    else
        snprintf(piece->reason, sizeof piece->reason, "%s \"%.*s\" %s", column,
                 (int)(f->size < MOST_SHOWN ? f->size : MOST_SHOWN), f->bytes, what);
    return piece->reason;
}

const char *prt_say_unknown(prt_piece *piece, const char *column, const prt_field *f, const char *what) {
    const char *wrong = f->kind == PRT_FIELD_TEXT ? prt_check_text(f->bytes, f->size) : NULL;
    if (wrong)
        snprintf(piece->reason, sizeof piece->reason, "%s %s", column, wrong);
    else if (f->kind == PRT_FIELD_TEXT && f->size > PRT_MOST_ID)
        snprintf(piece->reason, sizeof piece->reason, "%s is longer than 256 bytes", column);
    else
        prt_say_wrong(piece, column, f, what);
    return piece->reason;
}
