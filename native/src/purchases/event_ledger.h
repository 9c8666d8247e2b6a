/* The events of a log as the signals need them: by user, item and time, with returns settled. */
#ifndef PRT_EVENT_LEDGER_H
#define PRT_EVENT_LEDGER_H

#include "config.h"

/* User u has the pairs pairs[u] … pairs[u + 1] - 1, pair p the lines starts[p] … starts[p + 1] - 1. A pair has at least
 * one line. An event that means several things ("completed and liked") is as many lines. */
typedef struct prt_ledger {
    uint32_t users, items;
    uint8_t *nobody;        /* of each user: a session of somebody whom the log does not name */
    uint64_t *pairs;        /* users + 1 */
    uint32_t *item;         /* of each pair; rising within a user */
    uint64_t *starts;       /* of the lines, one more than pairs */
    uint8_t *disliked;      /* of each pair: a dislike came last, so that it says nothing for the item */
    pr_signal_event *lines; /* settled; by time, then as logged */
    int64_t as_of;          /* the latest time of a line, INT64_MIN when none is known */
    uint64_t returns;       /* in the log */
} prt_ledger;

/* Sort and settle the events whose byte in `left_out` is 0 (NULL: all). PR_E_MEMORY; PR_E_LIMIT when one user has
 * 2^28 lines or more; then nothing needs to be freed. */
pr_status prt_ledger_make(const prt_config *config, const prt_dataset *dataset, const uint8_t *left_out, int threads,
                          prt_ledger *out, pr_error *error);
/* A copy without the pairs whose byte in `gone` is not 0. PR_E_MEMORY. */
pr_status prt_ledger_cut(const prt_ledger *ledger, const uint8_t *gone, prt_ledger *out, pr_error *error);
void prt_ledger_free(prt_ledger *ledger);

/* Is the user a session of a log with "missing_user": "session"? */
bool prt_is_session_user(const prt_config *config, const prt_dataset *dataset, uint32_t user);

#endif
