/* The JSON reader on any bytes; what it accepts, the writer prints, and that text reads back to the same text. */
#include "pocketrec.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool print(pr_arena *arena, const char *text, size_t size, pr_buffer *out) {
    const pr_json *root = NULL;
    if (pr_json_parse(text, size, NULL, arena, &root, NULL) != PR_OK) {
        return false;
    }
    *out = (pr_buffer){.arena = arena};
    pr_writer writer = {.out = out};
    pr_write_json(&writer, root);
    return !out->failed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pr_arena arena;
    pr_arena_init(&arena, NULL, (size_t)64 << 20);
    pr_buffer once, twice;
    if (print(&arena, (const char *)data, size, &once)) {
        if (!pr_utf8_valid(once.bytes, once.size, NULL)) {
            abort(); /* the writer must print text */
        }
        if (!print(&arena, once.bytes, once.size, &twice) || once.size != twice.size ||
            memcmp(once.bytes, twice.bytes, once.size) != 0) {
            abort(); /* what the writer prints must mean the same when read again */
        }
    }
    pr_arena_free(&arena);
    return 0;
}
