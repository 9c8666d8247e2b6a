/* Finding and loading DuckDB. */
#include "duckdb_api.h"

#include "fail.h"
#include "readfile.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_FOLDER = 1000 };

static void *open_in(const char *folder, prt_duckdb *api) {
    char path[MOST_FOLDER + 32];
    if (strlen(folder) >= MOST_FOLDER)
        return NULL;
    snprintf(path, sizeof path, "%s/libduckdb.so", folder);
    void *library = access(path, R_OK) == 0 ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    if (library)
        snprintf(api->folder, sizeof api->folder, "%s", folder);
    return library;
}

static void *open_beside(const char *place, prt_duckdb *api) {
    char path[MOST_FOLDER], folder[MOST_FOLDER + 32];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n <= 0)
        return NULL;
    path[n] = 0;
    path[prt_folder_size(path)] = 0;
    snprintf(folder, sizeof folder, "%s%s", path, place);
    return open_in(folder, api);
}

static void *open_library(prt_duckdb *api) {
    const char *chosen = getenv("POCKETREC_DUCKDB");
    if (chosen && *chosen)
        return open_in(chosen, api);
    void *library = open_beside("../duckdb", api);
    if (!library)
        library = open_beside("../lib/pocketrec", api);
    return library ? library : dlopen("libduckdb.so", RTLD_NOW | RTLD_LOCAL);
}

static bool find(void *library, const char *name, void *function) {
    void *found = dlsym(library, name);
    memcpy(function, &found, sizeof found); /* an object pointer as a function pointer, as POSIX allows */
    return found;
}

static bool find_all(void *library, prt_duckdb *api) {
    bool all = true;
#define FIND(name, result, parameters) all = find(library, "duckdb_" #name, &api->name) && all;
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
    void *library = loaded ? NULL : open_library(&api);
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
