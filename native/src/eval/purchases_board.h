/* What each model's lists are worth to a group of people, with intervals, best first. */
#ifndef PRT_PURCHASES_BOARD_H
#define PRT_PURCHASES_BOARD_H

#include "purchases_lists.h"
#include "purchases_metrics.h"
#include "scorer.h"

enum { PRT_BOARD_METRICS = PRT_CUT_METRICS + 1, PRT_BOARD_COVERAGE = PRT_CUT_METRICS, PRT_BOARD_COMPARED = 2 };

/* "ndcg", …, "coverage". The first PRT_BOARD_COMPARED are compared between models. */
const char *prt_board_metric_name(uint32_t metric);

typedef struct prt_purchase_row {
    prt_score_model model;
    prt_interval metrics[PRT_MOST_CUTS][PRT_BOARD_METRICS];
    prt_interval behind[PRT_MOST_CUTS][PRT_BOARD_COMPARED]; /* the first row's figures minus this row's, paired */
} prt_purchase_row;

typedef struct prt_purchase_board {
    uint32_t users, count;
    prt_purchase_row rows[PRT_SCORE_MODELS]; /* by falling first metric at the first cut, ties by model */
} prt_purchase_board;

/* Figures of one model: values[(subject * cuts + cut) * PRT_CUT_METRICS + metric] of the subjects its lists are of. */
typedef struct prt_model_figures {
    prt_score_model model;
    prt_made_lists lists;
    double *values;
} prt_model_figures;

/* How values come about. */
typedef struct prt_judging {
    const prt_split *split;
    const prt_evaluation_config *cuts;
    const uint32_t *subjects; /* of the split, those that the lists are of; `count` of them */
    uint32_t count;
    const float *surprise;
    const prt_directions *directions;
    const uint8_t *relevant_items; /* of each item: may it be relevant? NULL: all may */
    bool lacking;                  /* do items that the catalogue lacks count? */
    int threads;
} prt_judging;

/* The values of every list, as above; free. NULL without memory. */
double *prt_values_make(const prt_judging *judging, const prt_made_lists *lists);

/* Compare models on places[0 … count - 1] of their lists. */
typedef struct prt_purchase_board_order {
    const prt_evaluation_config *cuts;
    const prt_model_figures *figures;
    uint32_t model_count;
    const uint32_t *places;
    uint32_t count;
    uint32_t items;
    uint64_t seed;
    int threads;
} prt_purchase_board_order;

pr_status prt_purchase_board_make(const prt_purchase_board_order *order, prt_purchase_board *out, pr_error *error);

#endif
