/* Which kernels this processor can run. */
#include "kernels.h"

const pr__kernels *pr__kernels_of(uint32_t rank) {
    const pr__kernels *able[4];
    uint32_t count = 0;
#ifdef __x86_64__
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vnni"))
        able[count++] = &pr__kernels_avx512;
    if (__builtin_cpu_supports("avx2"))
        able[count++] = &pr__kernels_avx2;
#endif
#if PR_VECTORS
    able[count++] = &pr__kernels_vectors;
#endif
#if !defined(__wasm_simd128__)
    able[count++] = &pr__kernels_plain;
#endif
    return rank < count ? able[rank] : NULL;
}
