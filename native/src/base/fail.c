/* Failing with a sentence made like printf. */
#include "fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

pr_status prt_fail(pr_error *error, pr_status code, const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return pr_fail(error, code, 0, text);
}

pr_status prt_fail_memory(pr_error *error, const char *doing) {
    return prt_fail(error, PR_E_MEMORY, "out of memory while %s; use a machine with more of it or smaller files",
                    doing);
}

/* Levenshtein's distance, for words of up to 63 bytes. */
static size_t distance(const char *a, const char *b) {
    size_t row[64], n = strlen(b);
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            size_t shift = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = change < shift ? change : shift;
        }
    }
    return row[n];
}

const char *prt_nearest(const char *word, const char *const *names, size_t count) {
    const char *best = NULL;
    size_t least = strlen(word) / 3 + 2;
    for (size_t i = 0; i < count; i++) {
        if (strlen(names[i]) >= 63 || strlen(word) >= 63)
            continue;
        size_t d = distance(word, names[i]);
        if (d < least) {
            least = d;
            best = names[i];
        }
    }
    return best;
}
