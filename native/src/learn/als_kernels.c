/* Which kernels this processor can run. */
#include "als_kernels.h"

const prt_als_kernels *prt_als_kernels_of(uint32_t rank) {
    const prt_als_kernels *able[3];
    uint32_t count = 0;
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw"))
        able[count++] = &prt_als_kernels_avx512;
    if (__builtin_cpu_supports("avx2"))
        able[count++] = &prt_als_kernels_avx2;
#endif
    able[count++] = &prt_als_kernels_any;
    return rank < count ? able[rank] : NULL;
}

size_t prt_als_room(const prt_als_side *side, uint32_t longest) {
    size_t factors = side->factors, block = side->block;
    if (side->solver == PRT_ALS_BLOCK)
        return longest + PRT_ALS_WIDE + block * (block + 1 + 2 * (size_t)PRT_ALS_GATHERED);
    if (side->solver == PRT_ALS_DIRECT)
        return factors * (factors + 4 + 2 * (size_t)PRT_ALS_GATHERED + PRT_ALS_WIDE);
    return 8 * factors;
}
