/* Threads by POSIX. */
#include "parallel.h"

#include <pthread.h>
#include <stdbool.h>

enum { MOST_THREADS = 256 };

typedef struct share {
    void (*work)(void *context, int thread);
    void *context;
    int thread;
} share;

static void *run_share(void *given) {
    share *s = given;
    s->work(s->context, s->thread);
    return NULL;
}

void prt_parallel(int threads, void (*work)(void *context, int thread), void *context) {
    pthread_t ids[MOST_THREADS];
    share shares[MOST_THREADS];
    bool started[MOST_THREADS] = {false};
    for (int t = 1; t < threads && t < MOST_THREADS; t++) {
        shares[t] = (share){work, context, t};
        started[t] = pthread_create(&ids[t], NULL, run_share, &shares[t]) == 0;
    }
    for (int t = 0; t < threads; t++) {
        if (t >= MOST_THREADS || !started[t])
            work(context, t);
    }
    for (int t = 1; t < threads && t < MOST_THREADS; t++) {
        if (started[t])
            pthread_join(ids[t], NULL);
    }
}
