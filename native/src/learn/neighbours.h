/* Item-item models by co-occurrence: which items the same people took.
 *
 * A row of the result is what having item i says of other items: share(i, j) = sum over users u of left(u, i) x
 * right(u, j), which is likeness for the symmetric kinds and a walk of three steps for RP3beta. n_i is the number of
 * users of item i, d_u the number of items of user u, c the weight of an interaction. */
#ifndef PRT_NEIGHBOURS_H
#define PRT_NEIGHBOURS_H

#include "interactions.h"

typedef enum prt_neighbours_kind {
    PRT_NEIGHBOURS_COSINE,   /* of the columns of zeros and ones */
    PRT_NEIGHBOURS_SPENDING, /* of the columns of weights */
    PRT_NEIGHBOURS_TFIDF,   /* of the square roots of weights x log(items / (1 + d_u)): who takes everything says little
                             */
    PRT_NEIGHBOURS_BM25,    /* product of Okapi weights (Robertson and Zaragoza 2009, section 3.4), items as documents
                               and users as terms */
    PRT_NEIGHBOURS_RP3BETA, /* n_i^-alpha d_u^-alpha n_j^-beta (Paudel, Christoffel, Newell and Bernstein, "Updatable,
                               Accurate, Diverse, and Scalable Recommendations for Interactive Applications" 2017) */
} prt_neighbours_kind;

typedef struct prt_neighbours_options {
    prt_neighbours_kind kind;
    uint32_t top;       /* the greatest of each row, 1 … 1,000 */
    double shrinkage;   /* s: a share counts n / (n + s) when n users took both; 0 … 1e6 */
    double k1, b;       /* of BM25: 0 … 1,000, 0 … 1 */
    double alpha, beta; /* of RP3beta: 0 … 10 */
} prt_neighbours_options;

/* Cosine, 100 neighbours, shrinkage 10, k1 1.2, b 0.75, alpha 1, beta 0.6. */
prt_neighbours_options prt_neighbours_defaults(void);

/* For each item the `top` others with the greatest share above 0. Sums run over users by rising number in float32, so
 * the bytes do not depend on the number of threads. PR_E_ARGUMENT with a sentence for options out of their bounds,
 * PR_E_MEMORY; then nothing needs to be freed. */
pr_status prt_neighbours_make(const prt_interactions *train, const prt_neighbours_options *options, int threads,
                              prt_neighbours *out, pr_error *error);
void prt_neighbours_free(prt_neighbours *neighbours);

#endif
