/* A folder of bundle files that only one run writes at a time. A reader never sees half a file: everything is written
 * under a temporary name, flushed to the disk and renamed. */
#ifndef PRT_STORE_H
#define PRT_STORE_H

#include "pocketrec.h"

typedef struct prt_store {
    char dir[3072];
    int lock, folder; /* file descriptors, -1 when closed */
    bool made;        /* the folder was not there before: it goes again when nothing was put into it */
} prt_store;

/* Make the folder where needed, lock it (PR_E_LOCKED when another run holds it) and remove what a killed run left. */
pr_status prt_store_open(const char *dir, prt_store *out, pr_error *error);
/* Open a folder that must exist, without the lock: for single files next to others. */
pr_status prt_store_open_plain(const char *dir, prt_store *out, pr_error *error);
void prt_store_close(prt_store *store);

/* Write a file that is named by its content: where it exists already with these bytes nothing is done. */
pr_status prt_store_put(prt_store *store, const char *name, const void *bytes, size_t size, pr_error *error);

/* Write to the temporary name of `name` and flush it; prt_store_commit puts it in place. */
pr_status prt_store_stage(prt_store *store, const char *name, const void *bytes, size_t size, pr_error *error);
pr_status prt_store_commit(prt_store *store, const char *name, pr_error *error);

/* Stage and commit. */
pr_status prt_store_replace(prt_store *store, const char *name, const void *bytes, size_t size, pr_error *error);

/* The temporary name of `name`, into `out`. */
void prt_store_temporary(const char *name, char out[256]);

/* The whole file, into `arena`; PR_E_IO when it cannot be read. */
pr_status prt_store_read(const prt_store *store, const char *name, pr_arena *arena, pr_text *out, pr_error *error);
bool prt_store_has(const prt_store *store, const char *name);
pr_status prt_store_rename(prt_store *store, const char *from, const char *to, pr_error *error);
void prt_store_remove(prt_store *store, const char *name);

/* Call `visit` for each file name in the folder. */
pr_status prt_store_each(const prt_store *store, void (*visit)(const prt_store *store, const char *name, void *context),
                         void *context, pr_error *error);

/* Remove shards (and their compressed neighbours) that no manifest in the folder names. */
pr_status prt_store_sweep(prt_store *store, pr_error *error);

#endif
