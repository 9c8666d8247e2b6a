/* A folder that goes away with the process, for targets that read files. */
#ifndef FUZZ_FOLDER_H
#define FUZZ_FOLDER_H

#include "ingest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/fuzz_folder.XXXXXX";

static inline void write_file(const char *name, const void *bytes, size_t size) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        abort();
    }
}

static inline void clean_up(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    if (system(command) != 0) {
        perror(folder);
    }
}

static inline void make_folder(void) {
    if (!mkdtemp(folder)) {
        abort();
    }
    atexit(clean_up);
}

/* A configuration that lies in the folder. */
static inline void make_config(const char *text, prt_config *out) {
    char path[128];
    pr_error error = {0};
    snprintf(path, sizeof path, "%s/pocketrec.json", folder);
    if (prt_config_parse(text, strlen(text), path, out, &error) != PR_OK) {
        fprintf(stderr, "%s\n", error.message);
        abort();
    }
}

#endif
