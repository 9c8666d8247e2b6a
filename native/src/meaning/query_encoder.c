/* Finding queries in requests, and encoding them. */
#include "query_encoder.h"
#include "fail.h"
#include "percent.h"

#include <string.h>

static const char SEARCH[] = "/recommendations/search";
enum { MOST_BODY = 256 << 10, MOST_NAME = 16 };

static bool is_text(pr_text text, const char *name) {
    return text.size == strlen(name) && memcmp(text.bytes, name, text.size) == 0;
}

static bool is_meant(pr_text mode) {
    return is_text(mode, "meaning") || is_text(mode, "hybrid");
}

/* ---- requests ---- */

/* The value of a parameter of the query string, decoded; false when there is none. */
static bool parameter(pr_text path, const char *name, pr_arena *arena, pr_text *out) {
    const char *at = path.size ? memchr(path.bytes, '?', path.size) : NULL, *end = path.bytes + path.size;
    while (at && ++at < end) {
        const char *next = memchr(at, '&', (size_t)(end - at)), *stop = next ? next : end,
                   *equals = memchr(at, '=', (size_t)(stop - at));
        char decoded[MOST_NAME];
        const int size = equals ? prt_percent_decode(at, (size_t)(equals - at), true, decoded, MOST_NAME) : -1;
        if (size >= 0 && is_text((pr_text){decoded, (size_t)size}, name)) {
            char *value = pr_arena_take(arena, (size_t)(stop - equals));
            const int room =
                value ? prt_percent_decode(equals + 1, (size_t)(stop - equals - 1), true, value, (int)(stop - equals))
                      : -1;
            *out = (pr_text){value, room > 0 ? (size_t)room : 0};
            return room >= 0;
        }
        at = next;
    }
    return false;
}

static bool in_get(const pr_request *request, pr_arena *arena, pr_text *query) {
    pr_text mode;
    return request->body.size == 0 && parameter(request->path, "mode", arena, &mode) && is_meant(mode) &&
           parameter(request->path, "query", arena, query);
}

/* What is no JSON is the core's to refuse. */
static const pr_json *body_of(const pr_request *request, pr_arena *arena) {
    const pr_json_limits limits = {MOST_BODY, 16};
    const pr_json *root;
    if (pr_json_parse(request->body.bytes, request->body.size, &limits, arena, &root, NULL) != PR_OK)
        return NULL;
    return root->type == PR_JSON_OBJECT ? root : NULL;
}

static bool in_post(const pr_request *request, pr_arena *arena, pr_text *query) {
    const pr_json *root = body_of(request, arena), *mode = pr_json_get(root, "mode"),
                  *text = pr_json_get(root, "query");
    if (!root || !mode || mode->type != PR_JSON_STRING || !is_meant((pr_text){mode->string, mode->size}) || !text ||
        text->type != PR_JSON_STRING || pr_json_get(root, "vector"))
        return false;
    *query = (pr_text){text->string, text->size};
    return true;
}

bool prt_query_of(const pr_request *request, pr_arena *arena, pr_text *query) {
    const size_t size = sizeof SEARCH - 1;
    const pr_text path = request->path;
    if (path.size < size || memcmp(path.bytes, SEARCH, size) != 0 || (path.size > size && path.bytes[size] != '?'))
        return false;
    if (is_text(request->method, "GET"))
        return in_get(request, arena, query) && query->size > 0;
    return is_text(request->method, "POST") && in_post(request, arena, query) && query->size > 0;
}

/* ---- the encoder ---- */

/* Of a weight; what is none of them is the usual. */
static uint32_t bits_of(const pr_json *bits) {
    const double number = bits && bits->type == PR_JSON_NUMBER ? bits->number : 0;
    return number == 32 || number == 4 ? (uint32_t)number : 8;
}

bool prt_wanted_encoder_read(pr_text manifest, prt_wanted_encoder *out) {
    const pr_json *root;
    pr_arena arena;
    memset(out, 0, sizeof *out);
    pr_arena_init(&arena, NULL, 0);
    if (pr_json_parse(manifest.bytes, manifest.size, NULL, &arena, &root, NULL) == PR_OK) {
        const pr_json *meaning = pr_json_get(pr_json_get(root, "settings"), "meaning"),
                      *encoder = pr_json_get(meaning, "encoder"), *shipped = pr_json_get(encoder, "shipped"),
                      *source = pr_json_get(pr_json_get(meaning, "vectors"), "source"),
                      *bits = pr_json_get(encoder, "bits"), *sha256 = pr_json_get(encoder, "sha256");
        if (source && source->type == PR_JSON_NUMBER)
            out->source = (uint32_t)source->number; /* the engine has checked it */
        out->bits = bits_of(bits);
        out->shipped = shipped && shipped->type == PR_JSON_BOOL && shipped->boolean;
        if (sha256 && sha256->type == PR_JSON_STRING && sha256->size == 64)
            memcpy(out->sha256, sha256->string, 64);
    }
    pr_arena_free(&arena);
    return out->source > 0;
}

static pr_status open_path(prt_query_encoder *queries, const prt_wanted_encoder *wanted, pr_error *error) {
    PRT_TRY(prt_loaded_open(queries->path, wanted->bits, &queries->loaded, error));
    if (strcmp(queries->loaded.sha256, wanted->sha256) != 0)
        return prt_fail(error, PR_E_FORMAT,
                        "%s: is not the encoder that made this bundle's vectors; name the one of meaning.encoder",
                        queries->path);
    queries->encoder = queries->loaded.encoder;
    return PR_OK;
}

pr_status prt_query_encoder_open(prt_query_encoder *queries, const prt_wanted_encoder *wanted, pr_text shard,
                                 pr_error *error) {
    queries->tried = true;
    queries->source = wanted->source;
    if (queries->path)
        PRT_TRY(open_path(queries, wanted, error));
    else if (shard.size)
        PRT_TRY(pr_encoder_open(shard.bytes, shard.size, NULL, &queries->encoder, error));
    if (queries->encoder && pr_encoder_describe(queries->encoder).dims != wanted->source)
        return prt_fail(error, PR_E_FORMAT,
                        "the encoder gives another number of numbers than the bundle's vectors "
                        "were made from; train the bundle again");
    return PR_OK;
}

void prt_query_encoder_close(prt_query_encoder *queries) {
    if (queries->encoder != queries->loaded.encoder)
        pr_encoder_close(queries->encoder);
    prt_loaded_close(&queries->loaded);
    if (queries->scratch.allocator)
        pr_arena_free(&queries->scratch);
    memset(queries, 0, sizeof *queries);
}

/* ---- vectors ---- */

void prt_vector_write(const float *vector, uint32_t count, pr_writer *w) {
    pr_write_array(w);
    for (uint32_t i = 0; i < count; i++)
        pr_write_number(w, (double)vector[i]);
    pr_write_end_array(w);
}

/* The members that are there, and the vector. */
static void write_body(const pr_json *root, const float *vector, uint32_t count, pr_writer *w) {
    pr_write_object(w);
    for (const pr_json *member = root ? root->first : NULL; member; member = member->next) {
        pr_write_key(w, member->key);
        pr_write_json(w, member);
    }
    pr_write_key(w, "vector");
    prt_vector_write(vector, count, w);
    pr_write_end_object(w);
}

static pr_status embed(prt_query_encoder *queries, pr_text query, float *vector, pr_error *error) {
    uint32_t offsets[2] = {0};
    uint32_t *ids = pr_arena_array(&queries->scratch, pr_encoder_describe(queries->encoder).tokens, sizeof *ids);
    if (!ids)
        return prt_fail_memory(error, "encoding a query");
    PRT_TRY(pr_encoder_tokens(queries->encoder, query, 0, ids, &offsets[1]));
    const pr_sequences one = {ids, offsets, NULL, 1};
    return pr_encoder_embed(queries->encoder, &one, &queries->scratch, vector, error);
}

pr_status prt_query_encode(prt_query_encoder *queries, pr_text query, pr_request *request, pr_error *error) {
    if (!queries->scratch.allocator)
        pr_arena_init(&queries->scratch, NULL, 0);
    pr_arena_reset(&queries->scratch);
    float *vector = pr_arena_array(&queries->scratch, queries->source, sizeof *vector);
    pr_buffer body = {.arena = &queries->scratch};
    pr_writer w = {.out = &body};
    if (!vector)
        return prt_fail_memory(error, "encoding a query");
    PRT_TRY(embed(queries, query, vector, error));
    write_body(request->body.size ? body_of(request, &queries->scratch) : NULL, vector, queries->source, &w);
    if (body.failed)
        return prt_fail_memory(error, "encoding a query");
    request->body = (pr_text){body.bytes, body.size};
    return PR_OK;
}
