/* Which values of a column (instructors, say) are abandoned too often to be by chance. */
#ifndef PRT_FLAGS_H
#define PRT_FLAGS_H

#include "counts.h"

typedef struct prt_flag_rule {
    double threshold, confidence; /* flagged when the interval's lower end is above the threshold */
    uint32_t minimum_started;
} prt_flag_rule;

typedef struct prt_flag_verdict {
    double low, high; /* Wilson's interval of the abandon rate */
    bool flagged;
} prt_flag_verdict;

/* Judge one value of the column. */
prt_flag_verdict prt_flag_judge(const prt_group *group, const prt_flag_rule *rule);

/* The normal quantile: P(Z <= z) = p, 0 < p < 1, relative error below 2e-9. */
double prt_normal_quantile(double p);

#endif
