/* One lane of the processor's vectors for each person, so that sums need no shuffling. */
#include "scorer_rows.h"

typedef float people __attribute__((vector_size(PRT_SCORER_PEOPLE * sizeof(float)), aligned(sizeof(float)), may_alias));

/* Compiled once for any processor and once for AVX2. */
static inline __attribute__((always_inline)) void score_rows(const prt_factors *factors, const float *vectors,
                                                             float *scores) {
    uint32_t width = factors->factors;
    for (uint32_t i = 0; i < factors->rows; i++) {
        const float *own = factors->values + (size_t)i * width;
        people s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0}, s4 = {0}, s5 = {0}, s6 = {0}, s7 = {0};
        for (uint32_t f = 0; f < width; f += 8) {
            const people *v = (const people *)(vectors + (size_t)f * PRT_SCORER_PEOPLE);
            s0 += v[0] * own[f];
            s1 += v[1] * own[f + 1];
            s2 += v[2] * own[f + 2];
            s3 += v[3] * own[f + 3];
            s4 += v[4] * own[f + 4];
            s5 += v[5] * own[f + 5];
            s6 += v[6] * own[f + 6];
            s7 += v[7] * own[f + 7];
        }
        people sum = ((s0 + s4) + (s1 + s5)) + ((s2 + s6) + (s3 + s7));
        for (uint32_t p = 0; p < PRT_SCORER_PEOPLE; p++)
            scores[(size_t)p * factors->rows + i] = sum[p];
    }
}

static void score_rows_any(const prt_factors *factors, const float *vectors, float *scores) {
    score_rows(factors, vectors, scores);
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static void score_rows_avx2(const prt_factors *factors, const float *vectors,
                                                            float *scores) {
    score_rows(factors, vectors, scores);
}
#endif

void prt_score_rows(const prt_factors *factors, const float *vectors, float *scores) {
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2")) {
        score_rows_avx2(factors, vectors, scores);
        return;
    }
#endif
    score_rows_any(factors, vectors, scores);
}
