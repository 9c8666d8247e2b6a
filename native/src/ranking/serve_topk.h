/* Lists for everybody in the log: each user's history becomes the state that their device would hold, and the core is
 * asked for the list as a page would ask. What comes out is personal: it never goes into a bundle. */
#ifndef PRT_SERVE_TOPK_H
#define PRT_SERVE_TOPK_H

#include "history.h"
#include "pack.h"

/* Most weekly rows of one state, as the core reads it. */
enum { PRT_STATE_ROWS = 4096 };

/* Write the state of `user` as of the beginning of `week`: the goal, and the sums of the weeks before it. When they
 * are too many (PRT_STATE_ROWS rows, or nearly 1 MiB), the latest weeks are kept. A goal of more than 200 bytes is
 * left out, because no device can store one. Lives in `arena`; PR_E_MEMORY. */
pr_status prt_state_of_user(const prt_dataset *dataset, const prt_history *history, uint32_t user, int32_t week,
                            pr_arena *arena, pr_text *out, pr_error *error);

/* The path that asks for a user's list, percent-encoded. Lives in `arena`; bytes NULL when out of memory. */
pr_text prt_topk_path(pr_text user_id, int32_t week, uint32_t topk, pr_arena *arena);

typedef struct prt_topk_job {
    const prt_dataset *dataset;
    const prt_history *history;
    const char *bundle;       /* folder of a bundle, or NULL … */
    const prt_packed *packed; /* … for one in memory */
    int32_t week;             /* that the lists are for */
    uint32_t topk;
    int threads;
    int64_t now;
} prt_topk_job;

/* Append the lists as CSV with a header line, users in the order of their file. The same bytes whatever the number of
 * threads: exploration is drawn from the user's id and the week. *rows gets the number of lines without the header.
 * PR_E_FORMAT when the core refuses a request (its reason is in the sentence), PR_E_MEMORY, or as opening the bundle
 * fails. */
pr_status prt_serve_topk(const prt_topk_job *job, pr_buffer *out, uint64_t *rows, pr_error *error);

#endif
