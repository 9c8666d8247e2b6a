/* Finding and loading XGBoost. */
#include "xgboost_api.h"

#include "fail.h"

#include <pthread.h>

/* Its packages bring their own OpenMP, in a folder that is found only where they were installed. */
static const prt_library xgboost = {"POCKETREC_XGBOOST", "../xgboost", "libxgboost.so", "libgomp*.so*"};

static bool find_all(void *library, prt_xgboost *api) {
    bool all = true;
#define FIND(name, result, parameters) all = prt_library_find(library, #name, &api->name) && all;
    PRT_XGBOOST_FUNCTIONS(FIND)
#undef FIND
    return all;
}

pr_status prt_xgboost_load(const char *why, const prt_xgboost **out, pr_error *error) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static prt_xgboost api;
    static bool loaded;
    *out = NULL;
    pthread_mutex_lock(&lock);
    void *library = loaded ? NULL : prt_library_open(&xgboost, api.folder);
    bool incomplete = library && !find_all(library, &api);
    loaded = loaded || (library && !incomplete);
    bool usable = loaded;
    pthread_mutex_unlock(&lock);
    if (incomplete)
        return prt_fail(error, PR_E_IO,
                        "the libxgboost.so that was found is too old; install version 3.2.0 or set POCKETREC_XGBOOST "
                        "to its folder");
    if (!usable)
        return prt_fail(
            error, PR_E_IO,
            "libxgboost.so was not found, and %s needs it; install XGBoost and set POCKETREC_XGBOOST to the "
            "folder of its library, or choose the model popularity or logistic",
            why);
    *out = &api;
    return PR_OK;
}
