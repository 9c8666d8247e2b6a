/* write_encoder FILE: a small random encoder (8 bits) that knows every Latin letter. */
#include "small_encoder.h"

#include <stdio.h>

int main(int argc, char **argv) {
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    pr_buffer bytes = {.arena = &arena};
    FILE *file = argc == 2 ? fopen(argv[1], "wb") : NULL;
    bool done = file && small_encoder_write_tokens(small_encoder_letters, 8, false, &bytes) == PR_OK &&
                fwrite(bytes.bytes, 1, bytes.size, file) == bytes.size;
    if (file)
        done = fclose(file) == 0 && done;
    pr_arena_free(&arena);
    if (!done)
        fprintf(stderr, "write_encoder: give a file that can be written\n");
    return !done;
}
