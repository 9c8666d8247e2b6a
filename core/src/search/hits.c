/* A heap whose root is the worst of the hits that are kept. */
#include "hits.h"

/* Is a worse than b? */
static bool worse(const pr_hit *a, const pr_hit *b) {
    if (a->key != b->key)
        return a->key < b->key;
    if (a->score != b->score)
        return a->score < b->score;
    return a->item > b->item;
}

static void sink(pr_hit *heap, uint32_t count, uint32_t at) {
    pr_hit hit = heap[at];
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= count)
            break;
        if (child + 1 < count && worse(&heap[child + 1], &heap[child]))
            child++;
        if (!worse(&heap[child], &hit))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = hit;
}

static void rise(pr_hit *heap, uint32_t at) {
    pr_hit hit = heap[at];
    while (at > 0 && worse(&hit, &heap[(at - 1) / 2])) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = hit;
}

void pr__hits_add(pr_found *found, uint32_t limit, const pr_hit *hit) {
    found->total++;
    if (found->count < limit) {
        found->hits[found->count] = *hit;
        rise(found->hits, found->count++);
    } else if (found->count && worse(&found->hits[0], hit)) {
        found->hits[0] = *hit;
        sink(found->hits, found->count, 0);
    }
}

void pr__hits_sort(pr_found *found) {
    for (uint32_t n = found->count; n > 1; n--) {
        pr_hit last = found->hits[n - 1];
        found->hits[n - 1] = found->hits[0];
        found->hits[0] = last;
        sink(found->hits, n - 1, 0);
    }
}
