/* A few threads that do the same work on different shares. */
#ifndef PRT_PARALLEL_H
#define PRT_PARALLEL_H

/* Call work(context, thread) once for each thread = 0 … threads - 1, at the same time where the system allows, and
 * return when all are done. What a thread cannot be started for runs on the caller's: the result never depends on it.
 */
void prt_parallel(int threads, void (*work)(void *context, int thread), void *context);

#endif
