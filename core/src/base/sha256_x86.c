/* SHA-256 by the SHA instructions of x86-64: four rounds take a vector of four message words plus their constants. */
#include "sha256.h"

#if PR_SHA256_X86
#include <immintrin.h>
#include <string.h>

bool pr__sha256_x86_able(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("sha") && __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("ssse3");
}

#define SHA __attribute__((target("sha,sse4.1,ssse3")))

/* Words i … i + 3 of the schedule from the sixteen before them, which lie in `words` as a ring. */
SHA static __m128i next_words(const __m128i words[4], int i) {
    const __m128i *oldest = &words[i % 4], last = words[(i + 3) % 4];
    const __m128i with_s0 = _mm_sha256msg1_epu32(*oldest, words[(i + 1) % 4]);
    const __m128i seven_before = _mm_alignr_epi8(last, words[(i + 2) % 4], 4);
    return _mm_sha256msg2_epu32(_mm_add_epi32(with_s0, seven_before), last);
}

SHA void pr__sha256_x86(uint32_t state[8], const uint8_t *blocks, size_t count) {
    const __m128i big_endian = _mm_set_epi32(0x0C0D0E0F, 0x08090A0B, 0x04050607, 0x00010203);
    const uint32_t *s = state;
    /* The instructions want the state as a, b, e, f and c, d, g, h, the first in the highest lane. */
    __m128i abef = _mm_set_epi32((int)s[0], (int)s[1], (int)s[4], (int)s[5]);
    __m128i cdgh = _mm_set_epi32((int)s[2], (int)s[3], (int)s[6], (int)s[7]);
    for (; count > 0; count--, blocks += 64) {
        const __m128i abef_before = abef, cdgh_before = cdgh;
        __m128i words[4];
        for (int i = 0; i < 16; i++) {
            words[i % 4] = i < 4 ? _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)blocks + i), big_endian)
                                 : next_words(words, i);
            const __m128i constants = _mm_loadu_si128((const __m128i *)pr__sha256_rounds + i);
            const __m128i four = _mm_add_epi32(words[i % 4], constants);
            /* Two rounds turn c, d, g, h into the new a, b, e, f, and the old a, b, e, f are the new c, d, g, h. */
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, four);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(four, 0x0E));
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    uint32_t high[4], low[4];
    _mm_storeu_si128((__m128i *)high, abef);
    _mm_storeu_si128((__m128i *)low, cdgh);
    const uint32_t after[8] = {high[3], high[2], low[3], low[2], high[1], high[0], low[1], low[0]};
    memcpy(state, after, sizeof after);
}
#endif
