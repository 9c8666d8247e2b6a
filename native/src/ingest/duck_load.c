/* Finding and loading DuckDB. */
#include "duckdb_api.h"

#include "fail.h"
#include "library.h"

#include <pthread.h>

static const prt_library duckdb = {"POCKETREC_DUCKDB", "../duckdb", "libduckdb.so", NULL};

static bool find_all(void *library, prt_duckdb *api) {
    bool all = true;
#define FIND(name, result, parameters) all = prt_library_find(library, "duckdb_" #name, &api->name) && all;
    PRT_DUCKDB_FUNCTIONS(FIND)
#undef FIND
    return all;
}

pr_status prt_duckdb_load(const char *why, const prt_duckdb **out, pr_error *error) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static prt_duckdb api;
    static bool loaded;
    *out = NULL;
    pthread_mutex_lock(&lock);
    void *library = loaded ? NULL : prt_library_open(&duckdb, api.folder);
    bool incomplete = library && !find_all(library, &api);
    loaded = loaded || (library && !incomplete);
    pthread_mutex_unlock(&lock);
    if (incomplete)
        return prt_fail(
            error, PR_E_IO,
            "the libduckdb.so that was found is too old; install version 1.5.5 or set POCKETREC_DUCKDB to its folder");
    if (!loaded)
        return prt_fail(
            error, PR_E_IO,
            "libduckdb.so was not found, and %s needs it; set POCKETREC_DUCKDB to its folder, or use CSV or JSON", why);
    *out = &api;
    return PR_OK;
}
