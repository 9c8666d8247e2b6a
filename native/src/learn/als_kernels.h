/* The tables of kernels: als_kernels.c chooses, als_rows_*.c hold them. */
#ifndef PRT_ALS_KERNELS_H
#define PRT_ALS_KERNELS_H

#include "als_rows.h"

extern const prt_als_kernels prt_als_kernels_avx512, prt_als_kernels_avx2, prt_als_kernels_any;

#endif
