/* Groups of vectors that point the same way. */
#include "fail.h"
#include "item_meaning.h"
#include "parallel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    TURNS = 12,
    FOR_EACH = 64, /* vectors of a cluster that its centre is learned from, about */
};

typedef struct clustering {
    const float *vectors;
    uint32_t dims, clusters;
    int threads;
    float *centres;
    /* the vectors that are assigned at present: `count` of them, evenly among `all` */
    uint32_t count, all;
    uint32_t *cluster;
    float *nearness; /* to the centre */
} clustering;

static const float *vector_of(const clustering *c, uint32_t n) {
    return c->vectors + (size_t)((uint64_t)n * c->all / c->count) * c->dims;
}

static void assign(void *context, int thread) {
    const clustering *c = context;
    for (uint32_t n = (uint32_t)thread; n < c->count; n += (uint32_t)c->threads) {
        const float *vector = vector_of(c, n);
        float best = -INFINITY;
        for (uint32_t k = 0; k < c->clusters; k++) {
            const float score = prt_inner(vector, c->centres + (size_t)k * c->dims, c->dims);
            if (score > best) {
                best = score;
                c->cluster[n] = k;
            }
        }
        c->nearness[n] = best;
    }
}

static void set_centre(const clustering *c, uint32_t k, const double *sum) {
    double square = 0;
    for (uint32_t d = 0; d < c->dims; d++)
        square += sum[d] * sum[d];
    for (uint32_t d = 0; square > 0 && d < c->dims; d++)
        c->centres[(size_t)k * c->dims + d] = (float)(sum[d] / sqrt(square));
}

/* A cluster that nobody is in begins anew at the vector that is farthest from its centre. */
static void begin_anew(clustering *c, uint32_t k) {
    uint32_t farthest = 0;
    for (uint32_t n = 1; n < c->count; n++)
        farthest = c->nearness[n] < c->nearness[farthest] ? n : farthest;
    memcpy(c->centres + (size_t)k * c->dims, vector_of(c, farthest), c->dims * sizeof *c->centres);
    c->nearness[farthest] = INFINITY;
}

/* sums: clusters x dims; members: clusters. */
static void move_centres(clustering *c, double *sums, uint32_t *members) {
    memset(sums, 0, (size_t)c->clusters * c->dims * sizeof *sums);
    memset(members, 0, c->clusters * sizeof *members);
    for (uint32_t n = 0; n < c->count; n++) {
        const float *vector = vector_of(c, n);
        double *sum = sums + (size_t)c->cluster[n] * c->dims;
        members[c->cluster[n]]++;
        for (uint32_t d = 0; d < c->dims; d++)
            sum[d] += (double)vector[d];
    }
    for (uint32_t k = 0; k < c->clusters; k++) {
        if (members[k])
            set_centre(c, k, sums + (size_t)k * c->dims);
        else
            begin_anew(c, k);
    }
}

/* Centres begin at vectors that are evenly spread over the sample. */
static void learn_centres(clustering *c, double *sums, uint32_t *members) {
    for (uint32_t k = 0; k < c->clusters; k++)
        memcpy(c->centres + (size_t)k * c->dims, vector_of(c, (uint32_t)((uint64_t)k * c->count / c->clusters)),
               c->dims * sizeof *c->centres);
    for (int i = 0; i < TURNS; i++) {
        prt_parallel(c->threads, assign, c);
        move_centres(c, sums, members);
    }
}

/* Number the clusters anew by their first vector; those without one go. */
static void order_clusters(clustering *c, uint32_t *number, double *room) {
    uint32_t kept = 0;
    float *centres = (float *)room;
    memset(number, 0xFF, c->clusters * sizeof *number);
    for (uint32_t n = 0; n < c->count; n++) {
        uint32_t *mine = &number[c->cluster[n]];
        if (*mine == PRT_NONE) {
            memcpy(centres + (size_t)kept * c->dims, c->centres + (size_t)c->cluster[n] * c->dims,
                   c->dims * sizeof *centres);
            *mine = kept++;
        }
        c->cluster[n] = *mine;
    }
    memcpy(c->centres, centres, (size_t)kept * c->dims * sizeof *centres);
    c->clusters = kept;
}

pr_status prt_clusters_find(const float *vectors, uint32_t count, uint32_t dims, int threads, uint32_t *clusters,
                            float *centres, uint32_t *cluster, pr_error *error) {
    const uint64_t sample = (uint64_t)*clusters * FOR_EACH;
    clustering c = {.vectors = vectors, .dims = dims, .clusters = *clusters, .threads = threads, .centres = centres};
    c.cluster = cluster;
    c.all = count;
    c.count = sample < count ? (uint32_t)sample : count;
    c.nearness = calloc(count + (size_t)1, sizeof *c.nearness);
    double *sums = calloc((size_t)*clusters * dims, sizeof *sums);
    uint32_t *members = calloc(*clusters + (size_t)1, sizeof *members);
    const bool ready = c.nearness && sums && members;
    if (ready) {
        learn_centres(&c, sums, members);
        c.count = count;
        prt_parallel(threads, assign, &c);
        order_clusters(&c, members, sums);
        *clusters = c.clusters;
    }
    free(c.nearness);
    free(sums);
    free(members);
    return ready ? PR_OK : prt_fail_memory(error, "clustering the vectors of the items");
}
