/* Off-policy evaluation: what would a model have earned with lists that were never shown? Answered from a log of lists
 * into which chance was mixed with known propensities. docs/off-policy.md explains the estimators and how to read them.
 *
 * One sample is one place of one logged request: the context is the user, the week, the goal and what stands above, the
 * actions are the candidates that are left, the action taken is the item shown, the reward is a click. A policy that is
 * judged takes the best of what is left. */
#ifndef PRT_OFF_POLICY_H
#define PRT_OFF_POLICY_H

#include "metrics.h"
#include "models.h"

enum { PRT_OFF_POLICIES = PRT_MODELS + 2, PRT_MOST_SHOWN = 1000 };

/* One line of the log. */
typedef struct prt_logged_request {
    uint32_t user, goal; /* goal: index in the history's goals, or PRT_NONE */
    int32_t week;
    uint32_t pool_first, pool_count;   /* in prt_exploration.pool */
    uint32_t place_first, place_count; /* in prt_exploration.places */
} prt_logged_request;

typedef struct prt_logged_place {
    uint32_t shown; /* place within the request's pool */
    double propensity;
    bool clicked;
} prt_logged_place;

typedef struct prt_exploration {
    uint32_t count, place_count, pool_count;
    prt_logged_request *requests;
    prt_logged_place *places;
    uint32_t *pool; /* items */
    uint64_t lines, rejected;
    char first_reason[200]; /* why the first rejected line was wrong, with its number */
} prt_exploration;

/* Read the log; a wrong line is counted and left out. PR_E_IO when it cannot be read, PR_E_FORMAT when more than
 * limits.rejects of its lines are wrong or none is right, PR_E_MEMORY. */
pr_status prt_exploration_read(const prt_config *config, const prt_dataset *dataset, const prt_history *history,
                               prt_exploration *out, pr_error *error);
void prt_exploration_free(prt_exploration *log);

/* What is said of one policy. */
typedef struct prt_off_policy_row {
    const char *policy;
    prt_interval ips, snips, dr;
    double effective; /* effective sample size (sum of weights)^2 / sum of squared weights */
    uint32_t matches; /* samples in which the policy takes what was shown */
    double truth;     /* planted clicks per place, NaN when not known */
} prt_off_policy_row;

typedef struct prt_off_policy_result {
    uint32_t requests, places;
    uint64_t lines, rejected;
    char first_reason[200];
    double least_propensity;
    double logged, logged_truth; /* clicks per place of the policy that made the log */
    prt_interval weight;         /* mean importance weight of the uniform policy: 1 when the propensities are right */
    uint32_t count;
    prt_off_policy_row rows[PRT_OFF_POLICIES];
} prt_off_policy_result;

/* Judge the uniform policy, popularity and each ranker. `truth` is the folder that holds clicks.csv, or NULL. */
pr_status prt_off_policy(const prt_config *config, const prt_dataset *dataset, const prt_history *history,
                         const prt_exploration *log, const prt_ranker *rankers, uint32_t ranker_count,
                         const char *truth, uint64_t seed, prt_off_policy_result *out, pr_error *error);

/* As the member "off_policy" of an open JSON object, or as text on stdout. */
void prt_off_policy_write(const prt_off_policy_result *result, pr_writer *w);
void prt_off_policy_print(const prt_off_policy_result *result);

/* The planted chance of each entry of the log's pools from DIR/clicks.csv, NaN where it says nothing. Caller frees. */
pr_status prt_truth_read(const char *folder, const prt_dataset *dataset, const prt_exploration *log, double **out,
                         pr_error *error);

#endif
