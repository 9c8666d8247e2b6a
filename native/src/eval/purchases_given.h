/* Lists of items that a file gives for users: `user item item …` on each line, separated by blanks and tabs (the files
 * of LightGCN), plain or gzip. For negatives, commas and parentheses separate too, so that both `user held-out item
 * item …` and NCF's `(user,held-out) item item …` are read. */
#ifndef PRT_PURCHASES_GIVEN_H
#define PRT_PURCHASES_GIVEN_H

#include "config.h"

typedef struct prt_given_lists {
    uint32_t count;
    uint32_t *user;   /* of the dataset, PRT_NONE when it has no such user */
    uint64_t *starts; /* count + 1 */
    uint32_t *item;   /* in the order of the line; PRT_NONE when the catalogue has no such item */
} prt_given_lists;

/* Read all lists of the files. A user with two lines is PR_E_FORMAT; PR_E_IO, PR_E_MEMORY, PR_E_LIMIT for a file of
 * more than 1 GiB. Free with prt_given_free, also after a failure. */
pr_status prt_given_read(const prt_name_list *files, bool negatives, const prt_dataset *dataset, prt_given_lists *out,
                         pr_error *error);
void prt_given_free(prt_given_lists *lists);

#endif
