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
    int64_t latest; /* time of the log's last event; 0 when none is known */
} prt_states;

/* PR_E_MEMORY; then nothing needs to be freed. */
pr_status prt_states_make(const prt_dataset *dataset, prt_states *out, pr_error *error);
void prt_states_free(prt_states *states);

/* Write one user's state as a JSON object. An event without a time has that of the log's last. */
void prt_state_write(const prt_states *states, uint32_t user, pr_writer *w);

#endif
