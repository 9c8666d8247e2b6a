/* Evaluation of the models of purchases: what their lists are worth under a protocol (purchases_split.h), and three
 * further questions.
 *
 * Cold and warm: the leaderboard is about people with a history, as models can say nothing of others. Those without
 * one are a board of their own; all that can be shown to them is what is popular. Two more boards split
 * the first by what is asked for: items that somebody took in training, and items that nobody did.
 *
 * Fold-in: a tenth of the people is kept out of the training altogether (and another, up to five, until there are 500
 * of them). Their lists by a model that never saw them, from the same history, are compared with their lists by the
 * model that was trained on them.
 *
 * Served: the training's bundle is packed and the core asked for the lists, with a state that holds the history. What
 * rounding the factors to a byte costs is the difference to the lists in floating point.
 *
 * Calibration: the items of all lists are put into ten groups of equal size by the confidence that the model states,
 * and each group's mean confidence is compared with the share that was taken. Expected calibration error: the mean
 * absolute difference, groups weighted by size (Naeini et al. 2015, AAAI; groups of equal size as in Nguyen and
 * O'Connor 2015, EMNLP). */
#ifndef PRT_PURCHASES_EVALUATION_H
#define PRT_PURCHASES_EVALUATION_H

#include "purchases.h"
#include "purchases_board.h"

enum { PRT_CALIBRATION_GROUPS = 10 };

typedef struct prt_purchase_options {
    int threads;
    uint64_t seed;       /* of resamples and of who is kept out for the fold-in */
    uint32_t most_users; /* so many are asked for through the core */
    bool valid;          /* judge on the validation part */
    bool board_alone;    /* neither fold-in nor served */
} prt_purchase_options;

/* One model's first metric, twice for the same people. */
typedef struct prt_paired {
    prt_score_model model;
    double mean, reference;
    prt_interval ratio; /* mean / reference; the interval is of the paired difference */
} prt_paired;

typedef struct prt_fold_in_result {
    uint32_t users; /* 0: not asked */
    uint32_t trainings;
    uint32_t count;
    prt_paired models[PRT_SCORE_MODELS];
} prt_fold_in_result;

typedef struct prt_served_result {
    uint32_t users;    /* 0: not asked */
    uint32_t too_long; /* people whose history no state can hold; they are not asked for */
    bool has_tuning;   /* then `tuned` is filled */
    uint32_t count;
    prt_paired plain[PRT_SCORE_MODELS]; /* tuning off: what rounding costs */
    prt_paired tuned[PRT_SCORE_MODELS]; /* as configured */
} prt_served_result;

typedef struct prt_calibration {
    prt_score_model model;
    uint64_t items;
    double error;
    uint32_t group_count;
    struct {
        uint64_t items;
        double confidence, share;
    } groups[PRT_CALIBRATION_GROUPS];
} prt_calibration;

typedef struct prt_purchase_result {
    prt_evaluation_config cuts;
    const char *protocol;
    bool valid;
    int64_t cut;
    uint64_t trained, judged;
    prt_purchase_board warm, cold;             /* people with and without a history */
    prt_purchase_board warm_items, cold_items; /* of the first board, by what is asked for */
    prt_fold_in_result fold_in;
    prt_served_result served;
    uint32_t calibration_count;
    prt_calibration calibrations[PRT_SCORE_MODELS];
} prt_purchase_result;

/* Run config->evaluation. What comes after the cut is used by the judge alone: where events carry prices, the
 * catalogue's give way to what was paid before. */
pr_status prt_eval_purchases(const prt_config *config, const prt_dataset *dataset, const prt_purchase_options *options,
                             prt_purchase_result *out, pr_error *error);

/* As members of an open object, and as text. */
void prt_purchase_write(const prt_purchase_result *result, pr_writer *w);
void prt_purchase_print(const prt_purchase_result *result);

#endif
