/* What is out of stock tonight, what is back, and the small private file that tells one night of the other: of that,
 * and of the secret in the mails' ids. */
#ifndef PRT_SHELF_H
#define PRT_SHELF_H

#include "mail_rules.h"

/* By item. */
typedef struct prt_shelf {
    uint32_t items;
    uint8_t *out;      /* is it out of stock tonight? What is not known is as it was last night */
    int64_t *missed;   /* of what is back: since when it was out; PRT_NO_INTEGER: it is not back */
    int64_t *out_from; /* of what is out: since when; PRT_NO_INTEGER: it is there */
    uint32_t back;     /* how many are back */
    /* What the night before left, which an earlier run of this night has found, too. */
    uint32_t before_count;
    pr_text *before;
    int64_t *before_from;
    int64_t before_night; /* PRT_NO_INTEGER: there was none */
    char secret[PRT_MAIL_SECRET + 1];
    pr_arena arena;
} prt_shelf;

/* Compare the stock of the items with what the file at `path` says of the night before; a file that is not there, or
 * is damaged (which is said), knows nothing. An item whose stock is not known tonight (an empty cell) neither comes
 * back nor goes; without a column of stock all are there and none is back. An item is out since the night that still
 * saw it, or since the one that found it gone where none did. A file without a secret gets a random one, which is kept.
 * PR_E_MEMORY, PR_E_IO (no random numbers). prt_shelf_free in any case. */
pr_status prt_shelf_read(const prt_config *config, const prt_dataset *dataset, const char *path, int64_t now,
                         prt_shelf *out, pr_error *error);
void prt_shelf_free(prt_shelf *shelf);

/* The bytes of the file for the next night, appended to `out`. */
void prt_shelf_write(const prt_shelf *shelf, const prt_dataset *dataset, int64_t now, pr_buffer *out);

#endif
