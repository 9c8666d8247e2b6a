/* Replays files through a fuzz target without libFuzzer: every argument is a file or a folder of files (a missing
 * folder is an empty one). Fails when there was nothing to replay. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned replayed;

static void replay_file(const char *path) {
    FILE *stream = fopen(path, "rb");
    struct stat about;
    if (!stream || fstat(fileno(stream), &about) != 0) {
        perror(path);
        exit(1);
    }
    /* Exactly as many bytes as the file has, so that reading past them is seen. */
    uint8_t *bytes = malloc(about.st_size > 0 ? (size_t)about.st_size : 1);
    size_t size = fread(bytes, 1, (size_t)about.st_size, stream);
    fclose(stream);
    LLVMFuzzerTestOneInput(bytes, size);
    free(bytes);
    replayed++;
}

static void replay(const char *path) {
    struct stat about;
    if (stat(path, &about) != 0) {
        return;
    }
    if (!S_ISDIR(about.st_mode)) {
        replay_file(path);
        return;
    }
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        char file[4096];
        snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] != '.') {
            replay_file(file);
        }
    }
    closedir(folder);
}

int main(int count, char **arguments) {
    for (int i = 1; i < count; i++) {
        replay(arguments[i]);
    }
    printf("replayed %u inputs\n", replayed);
    return replayed == 0;
}
