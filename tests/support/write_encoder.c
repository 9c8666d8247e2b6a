/* write_encoder FILE CROSS: a small random encoder (8 bits) that knows every Latin letter, and one that scores pairs.
 */
#include "small_encoder.h"

#include <stdio.h>

static bool write(const char *path, uint32_t labels) {
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    pr_buffer bytes = {.arena = &arena};
    FILE *file = fopen(path, "wb");
    bool done = file && small_encoder_write_tokens(small_encoder_letters, 8, labels, &bytes) == PR_OK &&
                fwrite(bytes.bytes, 1, bytes.size, file) == bytes.size;
    if (file)
        done = fclose(file) == 0 && done;
    pr_arena_free(&arena);
    return done;
}

int main(int argc, char **argv) {
    const bool done = argc == 3 && write(argv[1], 0) && write(argv[2], 1);
    if (!done)
        fprintf(stderr, "write_encoder: give two files that can be written\n");
    return !done;
}
