/* The WebAssembly face of the core: the few functions that a loader in JavaScript needs, on integers and doubles only.
 * It knows no Emscripten header, so the same file compiles natively (tests do that).
 *
 * Link: emcc -Os --no-entry -sSTANDALONE_WASM -sEXPORTED_FUNCTIONS=@exports.txt -sMALLOC=emmalloc -sFILESYSTEM=0
 *       -sALLOW_MEMORY_GROWTH -sINITIAL_MEMORY=2MB -sTOTAL_STACK=256KB -sMAXIMUM_MEMORY=256MB   (see README.md)
 *
 * A module answers one request at a time, so the last answer lives in one static place: `last`. */
#include "pocketrec.h"

#include <stdlib.h>
#include <string.h>

typedef struct pr_wasm_engine {
    pr_engine *engine;
    void **bytes; /* of each attached shard; came from pr_wasm_alloc */
    uint32_t shards;
} pr_wasm_engine;

static struct {
    pr_response response;
    pr_error error;
    pr_arena arena; /* text of pr_wasm_shard_json */
} last;

void *pr_wasm_alloc(uint32_t size);
void pr_wasm_free(void *bytes, uint32_t size);
pr_wasm_engine *pr_wasm_open(const void *manifest, uint32_t size);
void pr_wasm_close(pr_wasm_engine *self);
uint32_t pr_wasm_shard_count(const pr_wasm_engine *self);
const char *pr_wasm_shard_json(const pr_wasm_engine *self, uint32_t shard);
int32_t pr_wasm_attach(pr_wasm_engine *self, uint32_t shard, void *bytes, uint32_t size);
int32_t pr_wasm_call(pr_wasm_engine *self, const char *method, uint32_t method_size, const char *path,
                     uint32_t path_size, const char *body, uint32_t body_size, const char *state, uint32_t state_size,
                     double now, double seed);
int32_t pr_wasm_http_status(void);
const char *pr_wasm_body_ptr(void);
uint32_t pr_wasm_body_size(void);
int32_t pr_wasm_state_changed(void);
const char *pr_wasm_state_ptr(void);
uint32_t pr_wasm_state_size(void);
const uint32_t *pr_wasm_missing_ptr(void);
uint32_t pr_wasm_missing_count(void);
const char *pr_wasm_error(void);
uint32_t pr_wasm_memory(const pr_wasm_engine *self);

/* Memory for whatever the host passes in; 0 when there is none left. */
void *pr_wasm_alloc(uint32_t size) {
    return malloc(size ? size : 1);
}

void pr_wasm_free(void *bytes, uint32_t size) {
    (void)size;
    free(bytes);
}

/* Open the bundle of this manifest. The bytes stay the caller's. 0 on failure: pr_wasm_error says why. */
pr_wasm_engine *pr_wasm_open(const void *manifest, uint32_t size) {
    memset(&last.error, 0, sizeof last.error);
    pr_wasm_engine *self = calloc(1, sizeof *self);
    if (!self) {
        pr_fail(&last.error, PR_E_MEMORY, 0, "there is no memory left to open the bundle");
        return NULL;
    }
    if (pr_engine_open(manifest, size, NULL, &self->engine, &last.error) != PR_OK) {
        free(self);
        return NULL;
    }
    self->shards = pr_engine_shard_count(self->engine);
    self->bytes = calloc(self->shards ? self->shards : 1, sizeof *self->bytes);
    if (!self->bytes) {
        pr_fail(&last.error, PR_E_MEMORY, 0, "there is no memory left for the table of shards");
        pr_wasm_close(self);
        return NULL;
    }
    return self;
}

/* Close the engine and free its shards; 0 is allowed. What the last answer pointed to is gone. */
void pr_wasm_close(pr_wasm_engine *self) {
    memset(&last.response, 0, sizeof last.response);
    if (!self)
        return;
    pr_engine_close(self->engine);
    for (uint32_t i = 0; self->bytes && i < self->shards; i++)
        free(self->bytes[i]);
    free(self->bytes);
    free(self);
}

uint32_t pr_wasm_shard_count(const pr_wasm_engine *self) {
    return self->shards;
}

static void write_shard(pr_writer *writer, const pr_shard_info *info) {
    pr_write_object(writer);
    pr_write_key(writer, "table");
    pr_write_text(writer, info->table);
    pr_write_key(writer, "file");
    pr_write_text(writer, info->file);
    pr_write_key(writer, "sha256");
    pr_write_text(writer, info->sha256);
    pr_write_key(writer, "bytes");
    pr_write_integer(writer, (int64_t)info->bytes);
    pr_write_key(writer, "first_row");
    pr_write_integer(writer, info->first_row);
    pr_write_key(writer, "rows");
    pr_write_integer(writer, info->rows);
    pr_write_key(writer, "attached");
    pr_write_bool(writer, info->attached);
    pr_write_key(writer, "refused");
    pr_write_bool(writer, info->refused);
    pr_write_end_object(writer);
}

/* What the manifest says of a shard, as NUL-terminated JSON that is valid until the next call of this function;
 * 0 when there is no such shard. */
const char *pr_wasm_shard_json(const pr_wasm_engine *self, uint32_t shard) {
    pr_shard_info info;
    if (pr_engine_shard(self->engine, shard, &info) != PR_OK)
        return NULL;
    if (!last.arena.allocator)
        pr_arena_init(&last.arena, pr_allocator_default(), 0);
    pr_arena_reset(&last.arena);
    pr_buffer out = {.arena = &last.arena};
    pr_writer writer = {.out = &out};
    write_shard(&writer, &info);
    pr_buffer_append(&out, "", 1);
    return out.failed ? NULL : out.bytes;
}

/* Hand over the bytes of a shard; they must have come from pr_wasm_alloc and belong to the module from now on, whatever
 * the outcome. 0, or a negative status: pr_wasm_error says why. */
int32_t pr_wasm_attach(pr_wasm_engine *self, uint32_t shard, void *bytes, uint32_t size) {
    memset(&last.error, 0, sizeof last.error);
    if (shard >= self->shards || self->bytes[shard]) {
        free(bytes);
        if (shard < self->shards)
            return PR_OK;
        return pr_fail(&last.error, PR_E_ARGUMENT, 0, "there is no shard with this number in the bundle");
    }
    pr_status status = pr_engine_attach(self->engine, shard, bytes, size, &last.error);
    if (status == PR_OK)
        self->bytes[shard] = bytes;
    else
        free(bytes);
    return status;
}

/* A double as a whole number from 0 to 2^53; what is outside, and NaN, becomes the nearer end or 0. */
static uint64_t whole(double value) {
    if (!(value > 0))
        return 0;
    return value < 9007199254740992.0 ? (uint64_t)value : 9007199254740992u;
}

/* Answer one request: PR_OK, PR_MISSING or a negative status. The answer is read with the functions below and is valid
 * until the next call. */
int32_t pr_wasm_call(pr_wasm_engine *self, const char *method, uint32_t method_size, const char *path,
                     uint32_t path_size, const char *body, uint32_t body_size, const char *state, uint32_t state_size,
                     double now, double seed) {
    const pr_request request = {
        .method = {method, method_size},
        .path = {path, path_size},
        .body = {body, body_size},
        .state = {state, state_size},
        .now = (int64_t)whole(now),
        .seed = whole(seed),
    };
    memset(&last.response, 0, sizeof last.response);
    memset(&last.error, 0, sizeof last.error);
    return pr_engine_call(self->engine, &request, &last.response, &last.error);
}

int32_t pr_wasm_http_status(void) {
    return last.response.status;
}

const char *pr_wasm_body_ptr(void) {
    return last.response.body.bytes;
}

uint32_t pr_wasm_body_size(void) {
    return (uint32_t)last.response.body.size;
}

int32_t pr_wasm_state_changed(void) {
    return last.response.state_changed;
}

const char *pr_wasm_state_ptr(void) {
    return last.response.state.bytes;
}

uint32_t pr_wasm_state_size(void) {
    return (uint32_t)last.response.state.size;
}

/* Numbers of the shards that are missing, after PR_MISSING. */
const uint32_t *pr_wasm_missing_ptr(void) {
    return last.response.missing;
}

uint32_t pr_wasm_missing_count(void) {
    return last.response.missing_count;
}

/* Why the last open, attach or call failed: one NUL-terminated sentence, empty after a success. */
const char *pr_wasm_error(void) {
    return last.error.message;
}

/* Bytes the engine holds besides its shards. */
uint32_t pr_wasm_memory(const pr_wasm_engine *self) {
    return (uint32_t)pr_engine_memory(self->engine);
}
