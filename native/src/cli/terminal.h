/* Text on a terminal: widths of UTF-8 and tables that fit. */
#ifndef PRT_TERMINAL_H
#define PRT_TERMINAL_H

#include "pocketrec.h"

#include <stdio.h>

enum { PRT_TABLE_COLUMNS = 8 };

/* Columns that a terminal gives to the text: 0 for accents that combine, 2 for wide letters and emoji. */
size_t prt_text_width(pr_text text);

/* Write the text cut to `width` columns, with … where something was left out, and filled up with spaces when `fill`.
 * Control characters become ?, so that no title can move the cursor. */
void prt_text_print(FILE *out, pr_text text, size_t width, bool fill);

typedef struct prt_table {
    size_t columns, rows;
    const char *heads[PRT_TABLE_COLUMNS];
    bool right[PRT_TABLE_COLUMNS]; /* numbers: set flush right, never cut */
    const pr_text *cells;          /* rows × columns */
} prt_table;

/* Print the table within `width` columns: the widest columns give way first. `bold`: emphasise the heads. */
void prt_table_print(FILE *out, const prt_table *table, size_t width, bool bold);

/* May escapes for bold text be written to the stream? It is a terminal, and neither NO_COLOR nor TERM=dumb is set. */
bool prt_terminal_bold(FILE *out);

#endif
