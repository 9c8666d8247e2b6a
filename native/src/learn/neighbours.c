#include "neighbours.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
typedef struct nb {
    float w;
    uint32_t i;
} nb;
static int cmp(const void *a, const void *b) {
    const nb *x = a, *y = b;
    if (x->w != y->w)
        return x->w > y->w ? -1 : 1;
    return x->i < y->i ? -1 : x->i > y->i;
}
pr_status prt_neighbours_make(const prt_interactions *t, uint32_t top, prt_neighbours *out) {
    size_t n = t->items;
    uint64_t nnz = t->offsets[t->users];
    uint64_t *co = calloc(n + 2, 8);
    uint32_t *us = malloc(nnz * 4 + 4);
    float *cw = malloc(nnz * 4 + 4);
    double *norm = calloc(n + 1, 8), *sum = calloc(n + 1, 8);
    nb *l = malloc((n + 1) * sizeof *l);
    for (uint64_t k = 0; k < nnz; k++) {
        co[t->item[k] + 2]++;
        norm[t->item[k]] += (double)t->weight[k] * (double)t->weight[k];
    }
    for (size_t i = 0; i < n; i++)
        co[i + 2] += co[i + 1];
    for (uint32_t u = 0; u < t->users; u++)
        for (uint64_t k = t->offsets[u]; k < t->offsets[u + 1]; k++) {
            us[co[t->item[k] + 1]] = u;
            cw[co[t->item[k] + 1]++] = t->weight[k];
        }
    out->items = t->items;
    out->offsets = calloc(n + 1, 8);
    out->neighbour = malloc(n * top * 4 + 4);
    out->weight = malloc(n * top * 4 + 4);
    uint64_t used = 0;
    for (size_t i = 0; i < n; i++) {
        memset(sum, 0, n * 8);
        for (uint64_t k = co[i]; k < co[i + 1]; k++)
            for (uint64_t m = t->offsets[us[k]]; m < t->offsets[us[k] + 1]; m++)
                sum[t->item[m]] += (double)cw[k] * (double)t->weight[m];
        size_t c = 0;
        for (size_t j = 0; j < n; j++)
            if (j != i && sum[j] > 0)
                l[c++] = (nb){(float)(sum[j] / sqrt(norm[i] * norm[j])), (uint32_t)j};
        qsort(l, c, sizeof *l, cmp);
        for (size_t k = 0; k < c && k < top; k++) {
            out->neighbour[used] = l[k].i;
            out->weight[used++] = l[k].w;
        }
        out->offsets[i + 1] = used;
    }
    free(co);
    free(us);
    free(cw);
    free(norm);
    free(sum);
    free(l);
    return PR_OK;
}
void prt_neighbours_free(prt_neighbours *n) {
    free(n->offsets);
    free(n->neighbour);
    free(n->weight);
    memset(n, 0, sizeof *n);
}
