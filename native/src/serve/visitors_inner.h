/* The parts of the visitors' cache, for the cache and its writer. */
#ifndef PRT_VISITORS_INNER_H
#define PRT_VISITORS_INNER_H

#include "visitors.h"

#include <pthread.h>
#include <stdatomic.h>

/* The bytes of a state, shared by the cache and the writer. */
typedef struct prt_state_bytes {
    atomic_uint holders;
    size_t size;
    char *bytes;
} prt_state_bytes;

/* In one of two rings: `clean` in the order in which they were last seen, or `dirty`. */
typedef struct prt_ring {
    struct prt_ring *newer, *older;
} prt_ring;

typedef struct prt_visitor {
    prt_ring ring;            /* first, so that a ring's member is the visitor */
    struct prt_visitor *next; /* in the chain */
    prt_state_bytes *state;   /* NULL: forgotten, but not yet so in the file */
    int64_t seen;
    bool dirty;
    size_t key_size;
    char key[];
} prt_visitor;

typedef struct prt_visitor_part {
    pthread_mutex_t lock;
    prt_visitor **chains;
    size_t chain_mask, count, bytes, most, most_bytes;
    prt_ring clean, dirty; /* heads: `older` is the newest, `newer` the oldest */
} prt_visitor_part;

struct prt_visitors {
    prt_visitor_part *parts;
    unsigned part_count;
    prt_state_store *store;
    atomic_size_t dirty, dirty_bytes;
    atomic_bool failing; /* the last transaction failed */
    pthread_t writer;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t work, written;
    bool running, ending;
    pr_error failure; /* of the last flush */
};

/* Give up one hold of the bytes; NULL is allowed. */
void prt_state_bytes_release(prt_state_bytes *state);
/* What was dirty is written: the visitor becomes clean, or goes if forgotten. The part is locked. */
void prt_visitor_cleaned(prt_visitors *visitors, prt_visitor_part *part, prt_visitor *visitor);

/* Start the thread that writes; false when there is none to be had. */
bool prt_visitors_writer_start(prt_visitors *visitors);
/* Tell it that the first change waits. */
void prt_visitors_writer_wake(prt_visitors *visitors);
/* Wait, at most some seconds, until fewer bytes wait to be written. */
void prt_visitors_writer_relieve(prt_visitors *visitors);
/* Let it write what is left, and end. */
pr_status prt_visitors_writer_stop(prt_visitors *visitors, pr_error *error);

#endif
