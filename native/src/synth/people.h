/* The made-up people, and what they choose. */
#ifndef PRT_SYNTH_PEOPLE_H
#define PRT_SYNTH_PEOPLE_H

#include "draw.h"
#include "truth.h"

typedef struct prt_person {
    uint8_t age, level, preferred_count, preferred[PRT_TYPES];
    uint32_t activity; /* relative number of sessions */
    double mood;       /* added to all log-odds of this person */
} prt_person;

/* Person `index`, made anew at each call: nothing about people is kept in memory. */
prt_person prt_person_make(uint64_t seed, uint64_t index);
/* One line of users.csv. */
void prt_person_write(const prt_person *person, uint64_t index, prt_synth_file *out);

/* Chooses a workout of a type for a level in constant time (Walker's alias method). */
typedef struct prt_chooser {
    const prt_truth *truth;
    uint32_t first[PRT_LEVELS * PRT_TYPES + 1]; /* where the table of level · PRT_TYPES + type begins */
    uint32_t *workout, *alias;
    double *keep;
    double ageing[1024]; /* the share of interest left, by days since release */
} prt_chooser;

typedef struct prt_choice {
    uint32_t workout;
    int32_t day; /* since 1970-01-01 */
} prt_choice;

pr_status prt_chooser_make(prt_chooser *chooser, const prt_truth *truth, pr_error *error);
void prt_chooser_free(prt_chooser *chooser);
/* A workout and a day on which it had been released. */
prt_choice prt_chooser_pick(const prt_chooser *chooser, const prt_person *person, prt_draw *draw);

#endif
