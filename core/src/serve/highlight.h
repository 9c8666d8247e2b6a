/* Which parts of a name answer a query. */
#ifndef PR_HIGHLIGHT_H
#define PR_HIGHLIGHT_H

#include "call.h"
#include "search.h"

typedef struct pr_marks pr_marks;

/* The terms that a plan looks for, to be found again in names; NULL when out of memory. */
const pr_marks *pr__marks_make(pr_engine *engine, const pr_plan *plan, pr_text query);
/* Write [[start, length], …] in UTF-16 units of the text. */
void pr__write_highlight(const pr_marks *marks, pr_text text, pr_writer *w);

#endif
