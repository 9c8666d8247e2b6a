/* Evaluation of weekly ranking: learn from the weeks before, judge on a week, for every model.
 *
 * "broad": what was shown in the week is put in the model's order. "serve": the core is asked as a page would, with
 * each user's own history and goal, from a bundle that knows the weeks before alone; its order of all candidates, less
 * those who were not shown in that week, is judged. Relevant is what the user chose of all that was shown, so what the
 * goal filter loses counts. Both once for a chosen pair of weeks, and pooled over all weeks that have a past
 * ("rolling").
 */
#ifndef PRT_WEEKLY_EVAL_H
#define PRT_WEEKLY_EVAL_H

#include "models.h"
#include "ranking_metrics.h"

enum { PRT_MOST_ORIGINS = 64 };

typedef struct prt_weekly_options {
    int threads;
    uint64_t seed;
    uint32_t most_users;                 /* asked through the core, for each week */
    int32_t train_week, validation_week; /* -1: 3 and 4, or the last two weeks of a shorter log */
    prt_model_kind only;                 /* PRT_MODEL_AUTO: all models */
} prt_weekly_options;

typedef struct prt_board_row {
    prt_model_kind model;
    prt_interval metrics[PRT_RANKING_METRICS];
} prt_board_row;

/* A leaderboard, best NDCG@5 first. */
typedef struct prt_ranking_board {
    uint32_t count, users; /* users: who chose something */
    prt_board_row rows[PRT_MODELS];
} prt_ranking_board;

typedef struct prt_weekly_result {
    int32_t train_week, validation_week;
    prt_ranking_board broad, serve;
    uint32_t origin_count;
    int32_t origins[PRT_MOST_ORIGINS]; /* weeks that were judged */
    prt_ranking_board rolling, rolling_serve;
} prt_weekly_result;

/* Look for leaks (PR_E_REFUSED), then evaluate. PR_E_FORMAT when the log is too short or the weeks do not exist. */
pr_status prt_eval_weekly(const prt_config *config, const prt_dataset *dataset, const prt_history *history,
                          const prt_weekly_options *options, prt_weekly_result *out, pr_error *error);

/* As members of an open JSON object, or as text on stdout. */
void prt_weekly_write(const prt_weekly_result *result, pr_writer *w);
void prt_weekly_print(const prt_weekly_result *result);

#endif
