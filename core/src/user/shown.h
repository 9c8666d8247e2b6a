/* Which lists of recommendations the visitor was shown: one row for each list, so that clicks can be counted against
 * it.
 *
 * "shown":[{"request":"6f1d…","context":"homepage","count":12,"time":1763690400},…] in the visitor's state; rows of the
 * same request count together. */
#ifndef PR_SHOWN_H
#define PR_SHOWN_H

#include "engine.h"

enum { PR_MAX_SHOWN = 200, PR_MAX_REQUEST_ID = 64 /* bytes */, PR_MOST_SHOWN_AT_ONCE = 1000 };

/* Where on the site a list stood. */
#define PR_CONTEXT_LIST(X) X(homepage) X(product_page) X(category_page) X(cart) X(search) X(email)
typedef enum pr_context {
    PR_NO_CONTEXT,
#define PR_CONTEXT_ENUM(name) PR_CONTEXT_##name,
    PR_CONTEXT_LIST(PR_CONTEXT_ENUM)
#undef PR_CONTEXT_ENUM
        PR_CONTEXTS
} pr_context;

extern const char *const pr__context_names[PR_CONTEXTS];

/* PR_CONTEXTS when there is no such context. */
pr_context pr__context_named(const pr_json *name);
/* The context of a row of the state, null where it has none. One that only later versions know counts as none, so that
 * a state survives the way back to an older page; false when it is no text. */
bool pr__context_kept(const pr_json *given, pr_context *out);
/* The id of a request: 1 to 64 letters, digits and . _ : - */
bool pr__is_request_id(const pr_json *given);

typedef struct pr_shown {
    pr_text request;
    pr_context context;
    uint32_t count; /* products */
    int64_t time;
} pr_shown;

typedef struct pr_shown_lists {
    uint32_t count;
    pr_shown *rows; /* oldest first */
} pr_shown_lists;

/* Read and check; NULL is none. On PR_E_FORMAT *what completes "the visitor's state …". */
pr_status pr__shown_read(const pr_json *given, pr_arena *arena, pr_shown_lists *out, const char **what);
/* Write the member "shown", or nothing when there is none. */
void pr__shown_write(const pr_shown_lists *lists, pr_writer *w);
/* Add a row to the earlier one of the same list, which keeps its time; the first of a list is put behind the others,
 * and the oldest beyond the limit is dropped. PR_E_MEMORY. */
pr_status pr__shown_add(pr_shown_lists *lists, pr_arena *arena, const pr_shown *row);

#endif
