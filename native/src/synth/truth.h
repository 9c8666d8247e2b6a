/* The planted truth: how likely each group of people completes and likes each workout. Training never sees it. */
#ifndef PRT_SYNTH_TRUTH_H
#define PRT_SYNTH_TRUTH_H

#include "catalogue.h"

enum { PRT_GROUPS = PRT_AGES * PRT_LEVELS }; /* group = age · PRT_LEVELS + level */

typedef struct prt_chance {
    float complete, like; /* log-odds on the day of release for somebody of average mood */
} prt_chance;

typedef struct prt_truth {
    const prt_catalogue *catalogue;
    double *instructor_quality; /* log-odds; below −1.5 = a bad one */
    bool *instructor_bad;
    prt_chance *chances; /* [workout · PRT_GROUPS + group] */
} prt_truth;

/* How far one person's mood moves all of that person's log-odds: standard deviation. */
#define PRT_MOOD 0.5
/* Log-odds lost per day since release: interest fades. */
#define PRT_AGEING_COMPLETE (0.35 / 365.0)
#define PRT_AGEING_LIKE     (0.80 / 365.0)
/* How fast a workout stops being chosen, per day. */
#define PRT_AGEING_CHOICE 0.004

pr_status prt_truth_make(prt_truth *truth, const prt_catalogue *catalogue, pr_error *error);
void prt_truth_free(prt_truth *truth);

/* truth/affinity.csv: segment_key, workout_id, like_probability, complete_probability, relevance, for everybody of the
 * segment on the day after the logs end; relevance = the chance that a start is completed and liked, times
 * the interest that is left after the days since release. */
void prt_truth_write_affinity(const prt_truth *truth, prt_synth_file *out);
/* truth/instructors.csv: instructor_id, quality, bad. */
void prt_truth_write_instructors(const prt_truth *truth, prt_synth_file *out);

#endif
