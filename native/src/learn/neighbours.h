/* Item-item models: what having item i says of other items, as a row of shares for each i.
 *
 * By co-occurrence: share(i, j) = sum over users u of left(u, i) x right(u, j), which is likeness for the symmetric
 * kinds and a walk of three steps for RP3beta. n_i is the number of users of item i, d_u the number of items of user u,
 * c the weight of an interaction.
 *
 * By regression, with X the matrix of users x items that holds c: column j of the shares B is to make X B_j near X_j
 * while B_jj = 0, so that an item's neighbours share out what they explain together instead of each counting in full.
 *
 * By the graph, which may be added to any of them: A is X with each interaction divided by the square roots of its
 * user's and its item's sums of weights, and V holds its `rank` largest right singular vectors. Then
 *
 *     share(i, j) += graph x (A'A)_ij + low_pass x (V V')_ij x sqrt(sum of j / sum of i)
 *
 * for all j that somebody took with i: the linear and the ideal low-pass filter of Shen et al., "How Powerful is Graph
 * Convolution for Recommendation?" (CIKM 2021, equations 9 and 10). */
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
    PRT_NEIGHBOURS_EASE,    /* all items explain each item: |X_j - X B_j|^2 + lambda |B_j|^2 in closed form (Steck,
                               "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019, equation 8). Holds
                               items x items numbers in double precision */
    PRT_NEIGHBOURS_SLIM,    /* the same, but only the `candidates` most like j by cosine explain it, and none by a share
                               below 0: fsSLIM of Ning and Karypis, "SLIM: Sparse Linear Methods for Top-N Recommender
                               Systems" (ICDM 2011, section IV.C), without its l1 term. For any number of items */
} prt_neighbours_kind;

enum { PRT_EASE_ITEMS = 16384 /* the most items of EASE: 2 GiB */ };

typedef struct prt_neighbours_options {
    prt_neighbours_kind kind;
    uint32_t top;          /* the greatest of each row, 1 … 1,000 */
    double shrinkage;      /* s: a share by co-occurrence counts n / (n + s) when n users took both; 0 … 1e6 */
    double k1, b;          /* of BM25: 0 … 1,000, 0 … 1 */
    double alpha, beta;    /* of RP3beta: 0 … 10 */
    double regularization; /* lambda of EASE and SLIM, in users (of weight 1): 1e-6 … 1e9 */
    uint32_t candidates;   /* of SLIM: 1 … 1,000 */
    double graph;          /* weight of the shares by two steps in the graph, added to any kind's; 0 … 1,000 */
    double low_pass;       /* and of those by its `rank` smoothest directions; 0 … 1,000 */
    uint32_t rank;         /* 1 … 1,024 */
} prt_neighbours_options;

/* Cosine, 100 neighbours, shrinkage 10, k1 1.2, b 0.75, alpha 1, beta 0.6, regularization 20, 150 candidates; no graph,
 * rank 256. */
prt_neighbours_options prt_neighbours_defaults(void);

/* For each item the `top` others with the greatest share above 0. Every sum has a fixed order, so the bytes depend on
 * train and options only: not on threads (fewer than 1 counts as 1) or processor. PR_E_ARGUMENT with a sentence for
 * options out of their bounds and for more items than EASE takes, PR_E_MEMORY; then nothing needs to be freed. */
pr_status prt_neighbours_make(const prt_interactions *train, const prt_neighbours_options *options, int threads,
                              prt_neighbours *out, pr_error *error);
void prt_neighbours_free(prt_neighbours *neighbours);

#endif
