/* segment_recommendations.csv is made by asking the finished bundle, so that it is what a visitor would see. */
#include "segment_csv.h"
#include "fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void prt_csv_field(pr_buffer *out, const char *bytes, size_t size) {
    bool plain = true;
    for (size_t i = 0; i < size; i++)
        plain &= bytes[i] != ',' && bytes[i] != '"' && bytes[i] != '\n' && bytes[i] != '\r';
    if (plain) {
        pr_buffer_append(out, bytes, size);
        return;
    }
    pr_buffer_append(out, "\"", 1);
    for (size_t i = 0; i < size; i++)
        pr_buffer_append(out, bytes[i] == '"' ? "\"\"" : &bytes[i], bytes[i] == '"' ? 2 : 1);
    pr_buffer_append(out, "\"", 1);
}

/* Ask without back-off and without chance: only the segment's own cells. */
static pr_text request_body(pr_text key, uint32_t n, pr_arena *arena) {
    pr_buffer buffer = {.arena = arena};
    pr_writer writer = {.out = &buffer}, *w = &writer;
    pr_write_object(w);
    pr_write_key(w, "segment");
    pr_write_string(w, key.bytes, key.size);
    pr_write_key(w, "n");
    pr_write_integer(w, n);
    pr_write_key(w, "knobs");
    pr_write_object(w);
    pr_write_key(w, "backoff");
    pr_write_bool(w, false);
    pr_write_key(w, "explore");
    pr_write_integer(w, 0);
    pr_write_end_object(w);
    pr_write_end_object(w);
    return (pr_text){buffer.bytes, buffer.failed ? 0 : buffer.size};
}

static void put_lines(pr_text key, const pr_json *answer, pr_buffer *out) {
    const pr_json *list = pr_json_get(answer, "recommendations");
    for (const pr_json *r = list && list->type == PR_JSON_ARRAY ? list->first : NULL; r; r = r->next) {
        const pr_json *id = pr_json_get(r, "id"), *score = pr_json_get(r, "score");
        if (!id || id->type != PR_JSON_STRING || !score || score->type != PR_JSON_NUMBER)
            continue;
        char number[32];
        size_t size = pr_format_number(score->number, number);
        prt_csv_field(out, key.bytes, key.size);
        pr_buffer_append(out, ",", 1);
        prt_csv_field(out, id->string, id->size);
        pr_buffer_append(out, ",", 1);
        pr_buffer_append(out, number, size);
        pr_buffer_append(out, "\n", 1);
    }
}

static pr_status ask(prt_bundle *bundle, pr_text key, uint32_t n, int64_t now, pr_arena *arena, pr_buffer *out,
                     pr_error *error) {
    pr_request request = {.method = {"POST", 4}, .path = {"/api/v1/onboarding", 18}, .now = now};
    pr_response response = {0};
    const pr_json *answer;
    request.body = request_body(key, n, arena);
    PRT_TRY(prt_bundle_call(bundle, &request, &response, error));
    const pr_json_limits limits = {(size_t)64 << 20, 0};
    PRT_TRY(pr_json_parse(response.body.bytes, response.body.size, &limits, arena, &answer, error));
    if (response.status != 200) {
        const pr_json *message = pr_json_get(pr_json_get(answer, "error"), "message");
        return prt_fail(error, PR_E_FORMAT,
                        "segment_recommendations: the segment %.*s was answered with %d (%s); rebuild the bundle",
                        (int)key.size, key.bytes, response.status,
                        message && message->type == PR_JSON_STRING ? message->string : "no reason");
    }
    put_lines(key, answer, out);
    return PR_OK;
}

static void temporary_of(const char *path, char out[4096]) {
    snprintf(out, 4096, "%.4000s.tmp", path);
}

static pr_status write_temporary(const char *path, const pr_buffer *text, pr_error *error) {
    char temporary[4096];
    temporary_of(path, temporary);
    FILE *file = fopen(temporary, "wb");
    bool good =
        file && fwrite(text->bytes, 1, text->size, file) == text->size && fflush(file) == 0 && fsync(fileno(file)) == 0;
    int reason = errno;
    good = file && fclose(file) == 0 && good;
    if (good)
        return PR_OK;
    unlink(temporary);
    return prt_fail(error, PR_E_IO, "%s: cannot be written (%s); check outputs.segment_recommendations", path,
                    strerror(reason));
}

pr_status prt_segment_csv_stage(const prt_config *config, prt_bundle *bundle, const pr_text *keys, size_t key_count,
                                int64_t now, pr_error *error) {
    const char *path = config->outputs.segment_recommendations;
    if (!path)
        return PR_OK;
    pr_arena arena, scratch;
    pr_arena_init(&arena, NULL, 0);
    pr_arena_init(&scratch, NULL, 0);
    pr_buffer out = {.arena = &arena};
    pr_buffer_append(&out, "segment_key,", 12);
    prt_csv_field(&out, config->items.id, strlen(config->items.id));
    pr_buffer_append(&out, ",score\n", 7);
    pr_status status = PR_OK;
    for (size_t i = 0; status == PR_OK && i < key_count; i++) {
        status = ask(bundle, keys[i], config->limits.list, now, &scratch, &out, error);
        pr_arena_reset(&scratch);
    }
    if (status == PR_OK)
        status =
            out.failed ? prt_fail_memory(error, "writing segment_recommendations") : write_temporary(path, &out, error);
    pr_arena_free(&scratch);
    pr_arena_free(&arena);
    return status;
}

pr_status prt_segment_csv_commit(const prt_config *config, pr_error *error) {
    char temporary[4096];
    const char *path = config->outputs.segment_recommendations;
    if (!path)
        return PR_OK;
    temporary_of(path, temporary);
    if (rename(temporary, path) == 0)
        return PR_OK;
    return prt_fail(error, PR_E_IO, "%s: cannot be put in place (%s); check outputs.segment_recommendations", path,
                    strerror(errno));
}
