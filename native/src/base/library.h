/* Shared libraries that are loaded when they are first needed, so that a run that does not need one never pays for it
 * and a machine without it works. */
#ifndef PRT_LIBRARY_H
#define PRT_LIBRARY_H

#include <stdbool.h>

enum { PRT_LIBRARY_FOLDER = 1024 };

typedef struct prt_library {
    const char *variable; /* environment variable with the folder: where it is set, nothing else is looked at */
    const char *beside;   /* folder, from the command's own: "../duckdb" */
    const char *file;     /* "libduckdb.so" */
    const char *first;    /* pattern of libraries in the same folder that it needs ("libgomp*.so*"), or NULL */
} prt_library;

/* Open it from the folder in the variable, else from `beside` or ../lib/pocketrec beside the command, else the
 * system's. `folder` (PRT_LIBRARY_FOLDER bytes) gets where it was found, empty for the system's. NULL: nowhere. */
void *prt_library_open(const prt_library *library, char *folder);

/* Put the function's address into the pointer that `function` points to. False: there is no such function. */
bool prt_library_find(void *handle, const char *name, void *function);

#endif
