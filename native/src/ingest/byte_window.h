/* A stretch of a file in memory, plain or gzip, that can be extended and moved on. */
#ifndef PRT_BYTE_WINDOW_H
#define PRT_BYTE_WINDOW_H

#include "pocketrec.h"

enum { PRT_WINDOW_PADDING = 64 }; /* bytes behind `size` that may be read and written */

typedef struct prt_file {
    const char *path;
    int plain;     /* file descriptor, for reading at any place; -1 when compressed */
    void *gzip;    /* gzFile, for reading in order; NULL when plain */
    uint64_t size; /* of a plain file when it was opened */
} prt_file;

/* Open; what is compressed shows in the first bytes. PR_E_IO names the file. */
pr_status prt_file_open(const char *path, prt_file *out, pr_error *error);
void prt_file_close(prt_file *file);

typedef struct prt_window {
    char *bytes;
    size_t size, room;
    uint64_t offset; /* of bytes[0] in the (unpacked) file */
    bool end;        /* the file ends behind bytes[size - 1] */
} prt_window;

/* Read on until the window holds `wanted` bytes or the file ends. */
pr_status prt_window_fill(prt_window *window, const prt_file *file, size_t wanted, pr_error *error);
/* Forget the first `bytes` bytes (any number for a plain file, at most `size` for a compressed one). */
void prt_window_move(prt_window *window, size_t bytes);
void prt_window_free(prt_window *window);

#endif
