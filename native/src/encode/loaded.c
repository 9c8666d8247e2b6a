/* Opening an encoder by its path. */
#include "loaded.h"
#include "encode.h"
#include "fail.h"
#include "readfile.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const size_t MOST_FILE = (size_t)16 << 30;

static bool is_folder(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static pr_status read_bytes(const char *path, uint32_t bits, prt_loaded_encoder *out, pr_error *error) {
    size_t size;
    pr_buffer made = {.arena = &out->arena};
    if (is_folder(path)) {
        PRT_TRY(prt_encoder_make(path, bits, &out->arena, &made, error));
        out->file = (pr_text){made.bytes, made.size};
        return PR_OK;
    }
    PRT_TRY(prt_file_read(path, MOST_FILE, &out->read, &size, error));
    out->file = (pr_text){out->read, size};
    return PR_OK;
}

pr_status prt_loaded_open(const char *path, uint32_t bits, prt_loaded_encoder *out, pr_error *error) {
    pr_sha256 hash;
    pr_error inner = {0};
    memset(out, 0, sizeof *out);
    pr_arena_init(&out->arena, NULL, 0);
    PRT_TRY(read_bytes(path, bits, out, error));
    if (pr_encoder_open(out->file.bytes, out->file.size, NULL, &out->encoder, &inner) != PR_OK)
        return prt_fail(error, inner.code, "%s: %s", path, inner.message);
    pr_sha256_init(&hash);
    pr_sha256_update(&hash, out->file.bytes, out->file.size);
    pr_sha256_hex(&hash, out->sha256);
    return PR_OK;
}

void prt_loaded_close(prt_loaded_encoder *loaded) {
    if (!loaded->arena.allocator)
        return;
    pr_encoder_close(loaded->encoder);
    free(loaded->read);
    pr_arena_free(&loaded->arena);
    memset(loaded, 0, sizeof *loaded);
}
