/* Which events a training may know, and what is asked for instead.
 *
 * Every event has one role. Training sees the events of the role PRT_ROLE_TRAIN and nothing else: models, popularity,
 * prices, cycles and the time it takes for now are made of them alone. The judge sees those of PRT_ROLE_TEST. What an
 * evaluation on `valid` must not look at is neither.
 *
 * time        One moment parts the log, the same for everybody: about `share` of the events with a time lie behind it.
 *             An event without a time has no role.
 * leave-last  Of every user with two items or more: all events of the item that was first taken last.
 * random      All events of a user and an item together, drawn with the chance `share`; with `by_ids` they are drawn
 *             when mix64(mix64(seed) ^ (user << 32 | item)) is divisible by round(1 / share), user and item being
 *             the numbers that their ids are.
 * lightgcn    The events of the given users with the given items.
 * ncf         The events of the given users with the item that is held out for each.
 *
 * Relevant is what a user newly took: after returns are settled, among the test's events and not among the training's,
 * unless a dislike came after it. Sessions of nobody (missing_user) are trained on where they may be; nobody is asked
 * for them. */
#ifndef PRT_PURCHASES_SPLIT_H
#define PRT_PURCHASES_SPLIT_H

#include "config.h"
#include "event_ledger.h"

enum { PRT_ROLE_TRAIN, PRT_ROLE_TEST, PRT_ROLE_NONE };

/* Sets of items of several people: person s has item[starts[s]] … item[starts[s + 1] - 1], rising, each once. */
typedef struct prt_item_sets {
    uint64_t *starts;
    uint32_t *item;
} prt_item_sets;

bool prt_set_holds(const prt_item_sets *sets, uint32_t set, uint32_t item);

typedef struct prt_split {
    uint8_t *roles;    /* of each event; what is not PRT_ROLE_TRAIN is to be left out of training */
    uint64_t trained;  /* events of the role PRT_ROLE_TRAIN */
    uint64_t judged;   /* and of PRT_ROLE_TEST */
    int64_t cut;       /* time: the test's first moment; else PRT_NO_INTEGER */
    uint32_t kinds;    /* bits 1 << pr_signal_kind that make relevant */
    uint32_t subjects; /* people with something relevant */
    uint32_t *user;    /* of each subject: user of the dataset; PRT_NONE where a file names one whom it lacks */
    uint32_t *lacking; /* of each subject: relevant items that the catalogue lacks: nobody can find them */
    prt_item_sets relevant;
    prt_item_sets had;     /* by a relevant kind, in training: not to be recommended again */
    prt_item_sets choices; /* ncf: what is ranked; starts is NULL: everything that the subject has not had */
} prt_split;

/* Split by config->evaluation. With `valid` the validation part is judged: what the test would be is neither trained on
 * nor judged (of lightgcn: the valid lists are judged, and the test's are no part of the log). PR_E_FORMAT with a
 * sentence about configuration or files; PR_E_IO; PR_E_MEMORY. Free with prt_split_free, also after a failure. */
pr_status prt_split_make(const prt_config *config, const prt_dataset *dataset, bool valid, int threads, prt_split *out,
                         pr_error *error);
void prt_split_free(prt_split *split);

/* A view of the dataset with the training's events and no others: searches, baskets and weekly rows may tell of the
 * future, so it has none. Ids and columns stay the dataset's. Free with prt_training_free, also after a failure. */
pr_status prt_training_make(const prt_dataset *dataset, const uint8_t *roles, prt_dataset *out, pr_error *error);
void prt_training_free(prt_dataset *training);

#endif
