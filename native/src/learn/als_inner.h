/* What the files of alternating least squares share. */
#ifndef PRT_ALS_INNER_H
#define PRT_ALS_INNER_H

#include "als_rows.h"

/* One side: its rows of interactions, and its vectors. */
typedef struct prt_als_half {
    uint32_t rows, longest; /* the most interactions of a row */
    const uint64_t *offsets;
    const uint32_t *column;
    const float *weight;
    float *ridge; /* rows: lambda (sum of c + alpha0 columns)^nu */
    float *values;
} prt_als_half;

/* A fit under way. */
typedef struct prt_als_state {
    const prt_als_options *options;
    const prt_als_kernels *kernels;
    int threads;
    prt_als_half user, item;
    prt_interactions by_item; /* train, the other way round */
    float *basis;             /* factors x factors: the basis that the vectors stand in, in terms of the first one */
    float *turn;              /* factors x factors: the eigenvectors as columns */
    float *common;            /* factors: alpha0 x eigenvalues */
    double *parts; /* PRT_ALS_PARTS x factors x factors: Gram matrices of parts of a side, and the eigenvectors */
    double *values, *work; /* factors: the eigenvalues, and room to find them */
    float *room;           /* of all threads */
    size_t room_each;
} prt_als_state;

enum { PRT_ALS_PARTS = 16 };

/* Check, lay out and draw. What `train` and `options` point to must outlive the state; free it, also on failure. */
pr_status prt_als_open(const prt_interactions *train, const prt_als_options *options, int threads, prt_als_state *out,
                       pr_error *error);
void prt_als_close(prt_als_state *state);

/* Solve all rows of `moving` while `fixed` stands still. PR_E_ARGUMENT where the numbers grow beyond float. */
pr_status prt_als_solve(prt_als_state *state, prt_als_half *moving, prt_als_half *fixed, pr_error *error);

/* Both sides as if they had never been turned. */
void prt_als_turn_back(prt_als_state *state);

/* lambda (taken + alpha0 columns)^nu */
double prt_als_ridge(const prt_als_options *options, double taken, double columns);

/* parts[0]: the Gram matrix of a side in double precision, all of it (als_gram.c). */
void prt_als_make_gram(prt_als_state *state, const prt_als_half *half);

/* The rows of a side become rows x matrix. */
void prt_als_turn(prt_als_state *state, const prt_als_half *half, const float *matrix);

#endif
