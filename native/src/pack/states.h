/* What each user of a log did, as the state that the user's own browser would hold (GET /api/v1/me). */
#ifndef PRT_STATES_H
#define PRT_STATES_H

#include "tables.h"

enum { PRT_STATE_EVENTS = 2000 /* that a state may hold: the latest stay */ };

/* Events by user and time; borrows the dataset. */
typedef struct prt_states {
    const prt_dataset *dataset;
    uint64_t *starts; /* users + 1, and one more */
    uint64_t *events;
    int64_t until;  /* later events are left out */
    int64_t latest; /* time of the log's last event; 0 when none is known */
} prt_states;

/* PR_E_MEMORY; then nothing needs to be freed. */
pr_status prt_states_make(const prt_dataset *dataset, prt_states *out, pr_error *error);
/* The same as things were at a moment: without what happened later. */
pr_status prt_states_make_until(const prt_dataset *dataset, int64_t until, prt_states *out, pr_error *error);
void prt_states_free(prt_states *states);

/* Does a state hold all that the user did? */
bool prt_state_is_whole(const prt_states *states, uint32_t user);
/* Write one user's state as a JSON object. An event without a time has that of the log's last. */
void prt_state_write(const prt_states *states, uint32_t user, pr_writer *w);

#endif
