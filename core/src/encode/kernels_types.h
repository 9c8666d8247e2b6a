/* The vectors of kernels_wide.h. */
#include "kernels.h"

typedef float vec __attribute__((vector_size(PR_LANES * 4)));
typedef int32_t ints __attribute__((vector_size(PR_LANES * 4)));
typedef uint32_t unsigneds __attribute__((vector_size(PR_LANES * 4)));
typedef int16_t shorts __attribute__((vector_size(PR_LANES * 2)));
