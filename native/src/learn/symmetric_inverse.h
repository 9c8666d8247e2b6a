/* The inverse of a large symmetric positive definite matrix. */
#ifndef PRT_SYMMETRIC_INVERSE_H
#define PRT_SYMMETRIC_INVERSE_H

#include "pocketrec.h"

enum { PRT_TILE = 64 /* rows and columns of a tile */ };

/* The lower half in tiles: tile (i, j), j <= i, is tile[i (i + 1) / 2 + j]; its rows follow each other. Tiles on the
 * diagonal are whole. Rows and columns from `size` on are those of the identity matrix. */
typedef struct prt_symmetric {
    uint32_t size, tiles; /* tiles of a side */
    double *tile;
} prt_symmetric;

/* The identity matrix; false: out of memory. What is there is freed by prt_symmetric_free either way. */
bool prt_symmetric_make(uint32_t size, prt_symmetric *out);
void prt_symmetric_free(prt_symmetric *matrix);

/* Where element (row, column) is, for a row of the same tile or a later one than the column's. */
static inline double *prt_symmetric_at(const prt_symmetric *m, uint32_t row, uint32_t column) {
    const size_t i = row / PRT_TILE, j = column / PRT_TILE;
    return m->tile + (i * (i + 1) / 2 + j) * PRT_TILE * PRT_TILE + (size_t)(row % PRT_TILE) * PRT_TILE +
           column % PRT_TILE;
}

/* The matrix becomes its inverse, by sweeping tile after tile of the diagonal (Goodnight, "A Tutorial on the SWEEP
 * Operator", The American Statistician 33, 1979, section 5). Every element is computed in an order of its own, so the
 * bytes depend neither on threads nor on the processor. PR_E_ARGUMENT when the matrix is not positive, PR_E_MEMORY. */
pr_status prt_symmetric_invert(prt_symmetric *matrix, int threads, pr_error *error);

#endif
