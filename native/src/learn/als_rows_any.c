/* Alternating least squares on any processor. */
#include "als_kernels.h"

#define PRT_LANES   4
#define PRT_KERNELS prt_als_kernels_any
#include "als_rows_all.h"
