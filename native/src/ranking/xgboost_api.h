/* The part of XGBoost's C API that we use (written after its documentation, for version 3.2.0). The library is loaded
 * when the first tree model is trained, so that everything else works on a machine without it. */
#ifndef PRT_XGBOOST_API_H
#define PRT_XGBOOST_API_H

#include "library.h"
#include "pocketrec.h"

typedef struct prt_xgboost_matrix *xgboost_matrix;
typedef struct prt_xgboost_booster *xgboost_booster;
typedef uint64_t xgboost_size; /* bst_ulong */

/* name, result, parameters. An int result is 0 for success; then what went wrong is told by XGBGetLastError, to each
 * thread its own. What functions hand out through a char or float pointer lives until the booster is used again. */
#define PRT_XGBOOST_FUNCTIONS(X)                                                                                       \
    X(XGBGetLastError, const char *, (void))                                                                           \
    X(XGBSetGlobalConfig, int, (const char *json))                                                                     \
    X(XGDMatrixCreateFromDense, int, (const char *array_interface, const char *config_json, xgboost_matrix *matrix))   \
    X(XGDMatrixSetFloatInfo, int, (xgboost_matrix matrix, const char *field, const float *values, xgboost_size count)) \
    X(XGDMatrixSetUIntInfo, int,                                                                                       \
      (xgboost_matrix matrix, const char *field, const unsigned *values, xgboost_size count))                          \
    X(XGDMatrixFree, int, (xgboost_matrix matrix))                                                                     \
    X(XGBoosterCreate, int, (const xgboost_matrix *matrices, xgboost_size count, xgboost_booster *booster))            \
    X(XGBoosterSetParam, int, (xgboost_booster booster, const char *name, const char *value))                          \
    X(XGBoosterUpdateOneIter, int, (xgboost_booster booster, int iteration, xgboost_matrix matrix))                    \
    X(XGBoosterSaveModelToBuffer, int,                                                                                 \
      (xgboost_booster booster, const char *config_json, xgboost_size *size, const char **bytes))                      \
    X(XGBoosterPredictFromDMatrix, int,                                                                                \
      (xgboost_booster booster, xgboost_matrix matrix, const char *config_json, const xgboost_size **shape,            \
       xgboost_size *dimensions, const float **result))                                                                \
    X(XGBoosterFree, int, (xgboost_booster booster))

typedef struct prt_xgboost {
    char folder[PRT_LIBRARY_FOLDER]; /* of the library; empty for the system's */
#define PRT_XGBOOST_MEMBER(name, result, parameters) result(*name) parameters;
    PRT_XGBOOST_FUNCTIONS(PRT_XGBOOST_MEMBER)
#undef PRT_XGBOOST_MEMBER
} prt_xgboost;

/* Load the library, from the folder in POCKETREC_XGBOOST, else from ../xgboost or ../lib/pocketrec beside the command,
 * else the system's. `why` completes the sentence when there is none ("the model listwise"). Once loaded it stays.
 * PR_E_IO. */
pr_status prt_xgboost_load(const char *why, const prt_xgboost **out, pr_error *error);

#endif
