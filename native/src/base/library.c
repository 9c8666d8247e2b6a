/* Finding and loading shared libraries. */
#include "library.h"

#include "readfile.h"

#include <dlfcn.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Libraries that the wanted one needs: what is loaded already is not looked for again by the loader, so they are found
 * whatever path the wanted one was built with. They stay loaded. */
static void open_first(const char *folder, const char *pattern) {
    char path[PRT_LIBRARY_FOLDER + 64];
    glob_t found;
    snprintf(path, sizeof path, "%s/%s", folder, pattern);
    if (glob(path, 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++)
        dlopen(found.gl_pathv[i], RTLD_NOW | RTLD_LOCAL);
    globfree(&found);
}

static void *open_in(const prt_library *library, const char *place, char *folder) {
    char path[PRT_LIBRARY_FOLDER + 64];
    if (strlen(place) >= PRT_LIBRARY_FOLDER)
        return NULL;
    snprintf(path, sizeof path, "%s/%s", place, library->file);
    if (access(path, R_OK) != 0)
        return NULL;
    if (library->first)
        open_first(place, library->first);
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle)
        snprintf(folder, PRT_LIBRARY_FOLDER, "%s", place);
    return handle;
}

static void *open_beside(const prt_library *library, const char *place, char *folder) {
    char path[PRT_LIBRARY_FOLDER - 64], beside[PRT_LIBRARY_FOLDER];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n <= 0)
        return NULL;
    path[n] = 0;
    path[prt_folder_size(path)] = 0;
    snprintf(beside, sizeof beside, "%s%s", path, place);
    return open_in(library, beside, folder);
}

void *prt_library_open(const prt_library *library, char *folder) {
    *folder = 0;
    const char *chosen = getenv(library->variable);
    if (chosen && *chosen)
        return open_in(library, chosen, folder);
    void *handle = open_beside(library, library->beside, folder);
    if (!handle)
        handle = open_beside(library, "../lib/pocketrec", folder);
    return handle ? handle : dlopen(library->file, RTLD_NOW | RTLD_LOCAL);
}

bool prt_library_find(void *handle, const char *name, void *function) {
    void *found = dlsym(handle, name);
    memcpy(function, &found, sizeof found); /* an object pointer as a function pointer, as POSIX allows */
    return found;
}
