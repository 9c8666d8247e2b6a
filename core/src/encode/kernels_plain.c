/* The kernels without vectors: for processors that have none, and the measure of all others. */
#define PR_LANES        1
#define PR_TILE_ROWS    1
#define PR_TILE_VECTORS 1
#define PR_KERNELS      pr__kernels_plain
#define PR_KERNELS_NAME "plain"
#include "kernels_types.h"

typedef struct words {
    int32_t a, b;
} words;

PR__INLINE words widen(const int8_t *bytes) {
    return (words){bytes[0], bytes[1]};
}

PR__INLINE words twins(const int16_t *pair) {
    return (words){pair[0], pair[1]};
}

PR__INLINE ints add_twins(ints sums, words a, words b) {
    return sums + (a.a * b.a + a.b * b.b);
}

#include "kernels_wide.h"
