/* The eigenvalues and eigenvectors of a symmetric matrix. */
#ifndef PRT_SYMMETRIC_EIGEN_H
#define PRT_SYMMETRIC_EIGEN_H

#include <stdbool.h>
#include <stdint.h>

/* a: size x size numbers, symmetric, finite; becomes the eigenvectors, one a row, in the order of `values` (size
 * numbers, in no order). work: size numbers. Householder's reduction to three diagonals, then the implicit QL method
 * with Wilkinson's shift (Golub and Van Loan, "Matrix Computations", 8.3). False when it does not converge, which with
 * finite numbers was never seen. */
bool prt_symmetric_eigen(double *a, uint32_t size, double *values, double *work);

#endif
