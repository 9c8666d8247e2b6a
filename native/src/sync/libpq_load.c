/* Finding and loading libpq. */
#include "fail.h"
#include "libpq_api.h"

#include <pthread.h>

static const prt_library libpq = {"POCKETREC_LIBPQ", "../libpq", "libpq.so.5", NULL};

static bool find_all(void *library, prt_libpq *api) {
    bool all = true;
#define FIND(name, result, parameters) all = prt_library_find(library, #name, &api->name) && all;
    PRT_LIBPQ_FUNCTIONS(FIND)
#undef FIND
    return all;
}

pr_status prt_libpq_load(const prt_libpq **out, pr_error *error) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static prt_libpq api;
    static bool loaded;
    *out = NULL;
    pthread_mutex_lock(&lock);
    void *library = loaded ? NULL : prt_library_open(&libpq, api.folder);
    loaded = loaded || (library && find_all(library, &api));
    const bool usable = loaded;
    pthread_mutex_unlock(&lock);
    if (!usable)
        return prt_fail(error, PR_E_IO,
                        "libpq.so.5, PostgreSQL's client library, was not found, and sync needs it; install the "
                        "package libpq5, or set POCKETREC_LIBPQ to the library's folder");
    *out = &api;
    return PR_OK;
}
