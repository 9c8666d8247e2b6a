/* Failing with a sentence made like printf. */
#ifndef PRT_FAIL_H
#define PRT_FAIL_H

#include "pocketrec.h"

/* Return early when a call fails. */
#define PRT_TRY(call)                                                                                                  \
    do {                                                                                                               \
        pr_status try_status = (call);                                                                                 \
        if (try_status != PR_OK)                                                                                       \
            return try_status;                                                                                         \
    } while (0)

#define PRT_COUNT(array) (sizeof(array) / sizeof *(array))

/* Fill `error` (may be NULL) with code and message, and return `code`. */
pr_status prt_fail(pr_error *error, pr_status code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The usual sentence for PR_E_MEMORY; `doing` tells what could not be done ("reading sessions.csv"). */
pr_status prt_fail_memory(pr_error *error, const char *doing);

/* The name in `names` that is nearest to `word` (few wrong letters), or NULL. For "did you mean". */
const char *prt_nearest(const char *word, const char *const *names, size_t count);

#endif
