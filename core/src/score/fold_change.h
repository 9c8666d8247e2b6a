/* What the scores of a fold-in become when one event of the history goes and the weights of the others move a little.
 *
 * The new equations are A' x' = b' with
 *
 *     A' = A - c_i v_i v_i^T + sum_j d_j v_j v_j^T - e I,   b' = b - c_i v_i + sum_j d_j v_j
 *
 * for the event i that goes, changes d_j of the weights of the others (the mean price that purchases are compared with
 * moves, say) and a ridge smaller by e. Without event i alone, x_i and z_i = (A - c_i v_i v_i^T)^-1 v_k are known
 * exactly (Sherman and Morrison 1950). From there, with r = b' - A' x_i what they leave unsolved and q = v_k - A' z_i,
 *
 *     v_k · x' = v_k · x_i + z_i · r + q^T A'^-1 r,
 *
 * as in Pierce and Giles, "Adjoint recovery of superconvergent functionals from PDE approximations" (2000), section 2.
 * The last term is small of the second order and is bounded: by Cauchy and Schwarz in the norm of A'^-1, in which sum_j
 * m_j v_j + m y is at most sqrt(sum_j m_j^2 / c'_j + m^2 |y|^2 / ridge'), because A' - sum_j c'_j v_j v_j^T - ridge' I
 * = alpha G is positive semidefinite. So no matrix is factored anew. */
#ifndef PR_FOLD_CHANGE_H
#define PR_FOLD_CHANGE_H

#include "fold_in.h"

/* What is worked out once of a fold-in. */
typedef struct pr__fold_base {
    const pr__fold_in *fold;
    double *products; /* [count] v_j · x */
    double size;      /* |x| */
} pr__fold_base;

/* An item whose score is asked. */
typedef struct pr__fold_target {
    double *inverse;  /* [dims] z = A^-1 v_k */
    double *products; /* [count] v_j · z */
    double size;      /* |z| */
    double along;     /* z · x */
    double score;     /* v_k · x */
} pr__fold_target;

/* A history without one event. */
typedef struct pr__fold_change {
    const pr__fold_base *base;
    uint32_t gone;
    const double *weights; /* [count] c', borrowed */
    double *inverse;       /* [dims] w = A^-1 v_i */
    double *products;      /* [count] v_j · w, where the weight of event j changes */
    double *residual;      /* [count] m of r = sum_j m_j v_j + e x_i */
    double size, along;    /* |w|, w · x */
    double left;           /* 1 - c_i v_i · w */
    double step;           /* x_i = x - step w */
    double ridge, fall;    /* ridge', e */
    double bound;          /* of r in the norm of A'^-1; infinite: nothing is known */
} pr__fold_change;

/* Room and numbers for a solved fold-in, borrowed. PR_E_MEMORY. */
pr_status pr__fold_base_make(const pr__fold_in *fold, pr_arena *arena, pr__fold_base *out, pr_error *error);
/* The same for an item; one without factors scores 0. */
pr_status pr__fold_target_make(const pr__fold_in *fold, const pr__fold_event *item, pr_arena *arena,
                               pr__fold_target *out, pr_error *error);
/* Room for changes of a fold-in, one after the other. PR_E_MEMORY. */
pr_status pr__fold_change_room(const pr__fold_base *base, pr_arena *arena, pr__fold_change *out, pr_error *error);
/* Event `gone` goes, and the weights become weights[count], borrowed, that of `gone` being 0. */
void pr__fold_change_make(pr__fold_change *change, uint32_t gone, const double *weights);
/* The item's score after the change, off by *error at most (and rounding); infinite: nothing is known. */
double pr__fold_change_score(const pr__fold_change *change, const pr__fold_target *target, double *error);

#endif
