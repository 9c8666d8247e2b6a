/* The work of alternating least squares on rows of floats, once for each kind of processor.
 *
 * Before a half iteration both sides are turned into the basis in which the Gram matrix of the side that stands still
 * is diagonal. That changes neither products nor lengths, and the sum over all cells, which ties all coordinates of a
 * row together, falls apart: what row u has to solve is
 *     (D + sum of c y y') x = sum of c y,     D = alpha0 x eigenvalues + lambda (sum of c + alpha0 columns)^nu,
 * diagonal but for as many terms as the row has interactions.
 *  - Conjugate gradients with D as preconditioner need few steps (a row of n interactions n + 1 at most), and a step
 *    costs no factors x factors product.
 *  - Directly, a row of n < factors interactions is a system of n unknowns (Woodbury's identity).
 *  - Blocks of coordinates touch each other through the row's own interactions only. */
#ifndef PRT_ALS_ROWS_H
#define PRT_ALS_ROWS_H

#include "als.h"

/* All numbers of factors, and all leading dimensions, are multiples of this; so are the running sums of a product. */
enum { PRT_ALS_WIDE = 16 };

/* So many interactions at a time are copied side by side where their products are added up. */
enum { PRT_ALS_GATHERED = 64 };

/* What the rows of one side have in common. */
typedef struct prt_als_side {
    uint32_t factors, block, steps;
    prt_als_solver solver;
    const float *fixed;  /* the other side */
    const float *common; /* factors: alpha0 x eigenvalues */
} prt_als_side;

/* One row: x becomes its solution. */
typedef struct prt_als_row {
    uint32_t count;         /* 1 or more */
    const uint32_t *column; /* rows of side->fixed */
    const float *weight;
    float ridge;
    float *x;
} prt_als_row;

/* How many floats a thread needs to solve rows of up to `longest` interactions; aligned to 64 bytes. */
size_t prt_als_room(const prt_als_side *side, uint32_t longest);

typedef struct prt_als_kernels {
    /* False when a pivot of Cholesky is not positive. */
    bool (*solve)(const prt_als_side *side, const prt_als_row *row, float *room);
    /* rows x factors becomes rows x turn (factors x factors); room: 8 x factors. */
    void (*turn)(float *rows, uint32_t count, uint32_t factors, const float *turn, float *room);
    /* gram += the products of the rows, summed as float; the part above and on the diagonal, and some below. */
    void (*gram)(const float *rows, uint32_t count, uint32_t factors, float *gram);
    /* Have the columns of a row fetched. */
    void (*fetch)(const prt_als_side *side, const prt_als_row *row);
} prt_als_kernels;

/* All give the same bytes. Of those that this processor can run: 0 is the fastest, the last runs everywhere; NULL past
 * the last. */
const prt_als_kernels *prt_als_kernels_of(uint32_t rank);

#endif
