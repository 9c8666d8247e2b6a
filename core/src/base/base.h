/* What every file of the core may use: the public header, failing, little-endian loads and checked sums. */
#ifndef PR_BASE_H
#define PR_BASE_H

#include "pocketrec.h"

/* Return early when a call fails. */
#define PR_TRY(call)                                                                                                   \
    do {                                                                                                               \
        pr_status try_status = (call);                                                                                 \
        if (try_status != PR_OK)                                                                                       \
            return try_status;                                                                                         \
    } while (0)

/* Parts of the engine that a build may leave out: a bundle whose manifest needs one is refused by an engine without it.
 */
#ifndef PR_WITH_RANKING
#define PR_WITH_RANKING 1
#endif
#ifndef PR_WITH_SHOP
#define PR_WITH_SHOP 1
#endif
#ifndef PR_WITH_PURCHASES
#define PR_WITH_PURCHASES 1
#endif
#ifndef PR_WITH_MEANING
#define PR_WITH_MEANING 1
#endif

#define PR_COUNT(array) (sizeof(array) / sizeof *(array))

/* The bundle's numbers are little-endian; so is every machine we compile for. A big-endian port would swap here. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "pocketrec's core reads little-endian bundles in place; this machine is big-endian"
#endif

/* Compilers that are told to make small code would call these, which costs more than what they do. */
#define PR__INLINE __attribute__((always_inline)) static inline

/* Vectors of sixteen bytes, where the machine has them. What is computed with them is computed without them too, to the
 * last bit: they hold whole numbers, or numbers that never meet. */
#if defined(__wasm_simd128__) || defined(__SSE2__) || defined(__ARM_NEON)
#define PR_VECTORS 1
typedef float pr__floats __attribute__((vector_size(16)));
typedef int32_t pr__ints __attribute__((vector_size(16)));
#else
#define PR_VECTORS 0
#endif

static inline bool pr__add_overflows(uint64_t a, uint64_t b, uint64_t *sum) {
    *sum = a + b;
    return *sum < a;
}

static inline bool pr__multiply_overflows(uint64_t a, uint64_t b, uint64_t *product) {
    *product = a * b;
    return a != 0 && *product / a != b;
}

/* 10^0 … 10^22: the powers of ten that a double holds exactly. */
enum { PR_EXACT_POWERS = 23 };
extern const double pr__powers_of_ten[PR_EXACT_POWERS];

/* Are the bytes of `a` and `b` equal? */
bool pr__equal(const char *a, size_t a_size, const char *b, size_t b_size);
/* Bytewise order, shorter first: negative, 0, positive. */
int pr__compare(const char *a, size_t a_size, const char *b, size_t b_size);
size_t pr__length(const char *text);
pr_text pr__text(const char *text);
/* Without white space and control characters at both ends. */
pr_text pr__trim(pr_text text);

/* Rows of `size` bytes, each of which begins with its key, a uint32_t, by rising keys: the first whose key is `key` or
 * more; `count` when there is none. */
uint32_t pr__place(const void *rows, uint32_t count, size_t size, uint32_t key);

/* The integer in decimal digits, NUL-terminated; returns `out`. For messages. */
const char *pr__decimal(uint64_t value, char out[24]);

/* "2026-11-21T02:00:00Z" for seconds, "2026-11-21" for days since 1970-01-01 (years 0000 to 9999, else clamped). */
void pr__format_time(int64_t seconds, char out[21]);
void pr__format_date(int64_t days, char out[11]);
/* The Unix time of an ISO 8601 date or moment of the years 0000 to 9999; without an offset it is UTC. */
bool pr__read_time(pr_text text, int64_t *out);

#endif
