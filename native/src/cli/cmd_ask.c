/* `pocketrec ask`: one request, or a file of them, answered from a bundle as the browser would. */
#include "bundle_reader.h"
#include "cli.h"
#include "profiles_read.h"
#include "textfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_BODY = 64 << 20, MOST_LINE = 64 << 20 };

typedef struct ask_options {
    const char *dir, *method, *path, *body, *state, *now, *batch, *profiles, *user, *encoder;
    int64_t seed;
    bool save;
} ask_options;

static pr_text text_of(const char *bytes) {
    return (pr_text){bytes, bytes ? strlen(bytes) : 0};
}

static void warn(const pr_error *error) {
    if (error->code != PR_OK)
        fprintf(stderr, "pocketrec ask: %s\n", error->message);
}

/* --- one request ------------------------------------------------------------------------------------------------ */

/* The file of a visitor who was never here does not exist yet. */
static pr_status read_state(const char *path, char **bytes, size_t *size, pr_error *error) {
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return PR_OK;
    return prt_text_read(path, MOST_BODY, bytes, size, error);
}

static pr_status keep_state(const char *path, const pr_response *response, pr_error *error) {
    if (response->state.size > 0)
        return prt_text_replace(path, response->state.bytes, response->state.size, error);
    if (unlink(path) != 0 && errno != ENOENT)
        return pr_fail(error, PR_E_IO, 0, path, ": cannot be removed (", strerror(errno), ")");
    return PR_OK;
}

static int answer_one(prt_bundle *bundle, const ask_options *ask, const pr_request *request) {
    pr_error error = {PR_OK, 0, ""};
    pr_response response;
    if (prt_bundle_call(bundle, request, &response, &error) != PR_OK)
        return prt_cli_fail(&error);
    warn(&error);
    fwrite(response.body.bytes, 1, response.body.size, stdout);
    putchar('\n');
    fprintf(stderr, "HTTP %d\n", response.status);
    if (ask->state && response.state_changed && keep_state(ask->state, &response, &error) != PR_OK)
        return prt_cli_fail(&error);
    if (fflush(stdout) != 0)
        return PRT_EXIT_IO;
    return response.status >= 200 && response.status < 300 ? PRT_EXIT_DONE : PRT_EXIT_FAILED;
}

/* The state that the profiles hold of the user, from malloc. */
static pr_status read_profile(const ask_options *ask, char **bytes, size_t *size, pr_error *error) {
    prt_profiles *profiles;
    pr_arena arena;
    pr_text state = {NULL, 0};
    pr_status status = prt_profiles_open(ask->profiles, &profiles, error);
    if (status != PR_OK)
        return status;
    pr_arena_init(&arena, NULL, 0);
    status = prt_profiles_find(profiles, text_of(ask->user), &arena, &state, error);
    if (status == PR_OK && !state.bytes)
        status = pr_fail(error, PR_E_ARGUMENT, 0, ask->profiles, ": knows no user ", ask->user, "; check --user");
    *bytes = status == PR_OK ? malloc(state.size) : NULL;
    if (*bytes)
        memcpy(*bytes, state.bytes, *size = state.size);
    else if (status == PR_OK)
        status = pr_fail(error, PR_E_MEMORY, 0, "out of memory while reading ", ask->profiles);
    pr_arena_free(&arena);
    prt_profiles_close(profiles);
    return status;
}

static int run_one(prt_bundle *bundle, const ask_options *ask, int64_t now) {
    pr_error error = {PR_OK, 0, ""};
    char *body = NULL, *state = NULL;
    pr_request request = {.method = text_of(ask->method), .path = text_of(ask->path), .body = text_of(ask->body)};
    request.now = now;
    request.seed = (uint64_t)ask->seed;
    pr_status status = PR_OK;
    if (ask->body && ask->body[0] == '@') {
        status = prt_text_read(ask->body + 1, MOST_BODY, &body, &request.body.size, &error);
        request.body.bytes = body;
    }
    if (status == PR_OK && ask->state) {
        status = read_state(ask->state, &state, &request.state.size, &error);
        request.state.bytes = state;
    }
    if (status == PR_OK && ask->profiles) {
        status = read_profile(ask, &state, &request.state.size, &error);
        request.state.bytes = state;
    }
    int code = status == PR_OK ? answer_one(bundle, ask, &request) : prt_cli_fail(&error);
    free(body);
    free(state);
    return code;
}

/* --- a file of requests ----------------------------------------------------------------------------------------- */

/* What a line says about one text: a string is taken as it is, another value as the JSON that it is. */
static bool line_text(const pr_json *value, pr_arena *arena, pr_text *out) {
    *out = (pr_text){"", 0};
    if (!value || value->type == PR_JSON_NULL)
        return true;
    if (value->type == PR_JSON_STRING) {
        *out = (pr_text){value->string, value->size};
        return true;
    }
    pr_buffer buffer = {.arena = arena};
    pr_writer writer = {.out = &buffer};
    pr_write_json(&writer, value);
    *out = (pr_text){buffer.bytes, buffer.size};
    return !buffer.failed;
}

/* "body_hex" carries bytes that no JSON string can hold. */
static bool line_hex(const pr_json *value, pr_arena *arena, pr_text *out) {
    static const char digits[] = "0123456789abcdef";
    if (!value || value->type != PR_JSON_STRING || value->size % 2)
        return false;
    char *bytes = pr_arena_take(arena, value->size / 2 + 1);
    for (uint32_t i = 0; bytes && i < value->size; i++) {
        const char *digit = value->string[i] ? strchr(digits, value->string[i]) : NULL;
        if (!digit)
            return false;
        bytes[i / 2] = (char)((unsigned char)bytes[i / 2] << 4 | (unsigned)(digit - digits));
    }
    *out = (pr_text){bytes, value->size / 2};
    return bytes != NULL;
}

/* A whole number, or its digits as a string where it may exceed 2^53. */
static bool line_number(const pr_json *value, uint64_t *out) {
    if (!value)
        return true;
    if (value->type == PR_JSON_NUMBER && value->is_integer) {
        *out = (uint64_t)(int64_t)value->number;
        return true;
    }
    char *end;
    if (value->type != PR_JSON_STRING || value->size == 0)
        return false;
    *out = strtoull(value->string, &end, 10);
    return *end == 0;
}

static pr_status read_line(const char *line, size_t size, pr_arena *arena, pr_request *request, pr_error *error) {
    const pr_json_limits limits = {.max_bytes = MOST_LINE};
    const pr_json *root;
    pr_status status = pr_json_parse(line, size, &limits, arena, &root, error);
    if (status != PR_OK)
        return status;
    uint64_t now = (uint64_t)request->now;
    const pr_json *hex = pr_json_get(root, "body_hex");
    bool good =
        line_text(pr_json_get(root, "method"), arena, &request->method) &&
        line_text(pr_json_get(root, "path"), arena, &request->path) &&
        line_text(pr_json_get(root, "state"), arena, &request->state) &&
        (hex ? line_hex(hex, arena, &request->body) : line_text(pr_json_get(root, "body"), arena, &request->body)) &&
        line_number(pr_json_get(root, "now"), &now) && line_number(pr_json_get(root, "seed"), &request->seed);
    request->now = (int64_t)now;
    return good ? PR_OK
                : pr_fail(error, PR_E_FORMAT, 0,
                          "a request needs the texts method and path, and may have body or body_hex, state, now, seed");
}

static pr_status write_answer(const pr_response *response, pr_arena *arena, pr_error *error) {
    pr_buffer buffer = {.arena = arena};
    pr_writer w = {.out = &buffer};
    pr_write_object(&w);
    pr_write_key(&w, "status");
    pr_write_integer(&w, response->status);
    pr_write_key(&w, "body");
    pr_write_string(&w, response->body.bytes, response->body.size);
    pr_write_key(&w, "state");
    if (response->state_changed)
        pr_write_string(&w, response->state.bytes, response->state.size);
    else
        pr_write_null(&w);
    pr_write_end_object(&w);
    pr_buffer_append(&buffer, "\n", 1);
    if (buffer.failed)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while writing an answer");
    return fwrite(buffer.bytes, 1, buffer.size, stdout) == buffer.size
               ? PR_OK
               : pr_fail(error, PR_E_IO, 0, "standard output cannot be written (", strerror(errno), ")");
}

static pr_status answer_line(prt_bundle *bundle, const char *line, size_t size, pr_request request, pr_arena *arena,
                             pr_error *error) {
    pr_response response;
    pr_status status = read_line(line, size, arena, &request, error);
    if (status == PR_OK)
        status = prt_bundle_call(bundle, &request, &response, error);
    return status == PR_OK ? write_answer(&response, arena, error) : status;
}

static int run_batch(prt_bundle *bundle, const ask_options *ask, int64_t now) {
    FILE *file = strcmp(ask->batch, "-") == 0 ? stdin : fopen(ask->batch, "rb");
    pr_error error = {PR_OK, 0, ""};
    if (!file) {
        pr_fail(&error, PR_E_IO, 0, ask->batch, ": cannot be opened (", strerror(errno), "); check the path");
        return prt_cli_fail(&error);
    }
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    const pr_request plain = {.now = now, .seed = (uint64_t)ask->seed};
    char *line = NULL;
    size_t room = 0, number = 0;
    pr_status status = PR_OK;
    for (ssize_t size; status == PR_OK && (size = getline(&line, &room, file)) > 0;) {
        number++;
        if (size > 1)
            status = answer_line(bundle, line, (size_t)size, plain, &arena, &error);
        pr_arena_reset(&arena);
    }
    pr_arena_free(&arena);
    free(line);
    if (file != stdin)
        fclose(file);
    if (status == PR_OK && fflush(stdout) == 0)
        return PRT_EXIT_DONE;
    fprintf(stderr, "pocketrec ask: %s, line %zu: ", ask->batch, number);
    return prt_cli_fail(&error);
}

/* --- the command ------------------------------------------------------------------------------------------------ */

int prt_cmd_ask(int argc, char **argv) {
    ask_options ask = {0};
    const prt_option options[] = {
        {"--body", PRT_OPTION_TEXT, &ask.body, "JSON", "the body, or @FILE (@- is standard input)", 0, 0},
        {"--state", PRT_OPTION_TEXT, &ask.state, "FILE", "the visitor: read, and replaced when the answer changes it",
         0, 0},
        {"--profiles", PRT_OPTION_TEXT, &ask.profiles, "FILE", "what training knows of users, instead of --state", 0,
         0},
        {"--user", PRT_OPTION_TEXT, &ask.user, "ID", "the user of --profiles who asks", 0, 0},
        {"--now", PRT_OPTION_TEXT, &ask.now, "TIME", "Unix seconds or 2026-11-21T02:00:00Z (the clock)", 0, 0},
        {"--seed", PRT_OPTION_INTEGER, &ask.seed, "N", "seed of the exploration (0)", 0, INT64_MAX},
        {"--save", PRT_OPTION_FLAG, &ask.save, NULL, "keep the visitor's state in --state FILE (this is the default)",
         0, 0},
        {"--encoder", PRT_OPTION_TEXT, &ask.encoder, "PATH",
         "encode queries that search by meaning with it (the encoder in the bundle)", 0, 0},
        {"--batch", PRT_OPTION_TEXT, &ask.batch, "FILE",
         "requests as JSON lines {\"method\",\"path\",\"body\",\"state\",\"now\",\"seed\"}", 0, 0},
    };
    const prt_usage usage = {
        "ask",
        "BUNDLE METHOD PATH [options]\n       pocketrec ask BUNDLE --batch FILE",
        "Answer a request as the browser would: the body goes to standard output, \"HTTP <status>\" "
        "to standard error.\nThe exit status is 0 for 2xx, else 1.",
        options,
        sizeof options / sizeof *options,
        1,
        3};
    const char *given[3];
    int code = prt_cli_parse(&usage, argc, argv, given, NULL);
    if (code != PRT_CLI_GO_ON)
        return code;
    ask.dir = given[0], ask.method = given[1], ask.path = given[2];
    if (!ask.batch == !ask.path)
        return prt_cli_wrong("ask", "give either METHOD and PATH or --batch FILE", NULL);
    if (ask.save && !ask.state)
        return prt_cli_wrong("ask", "--save needs --state FILE", NULL);
    if (!ask.profiles != !ask.user || (ask.profiles && (ask.state || ask.batch)))
        return prt_cli_wrong("ask", "--profiles FILE and --user ID belong together, without --state and --batch", NULL);
    int64_t now = prt_cli_now();
    if (ask.now && !prt_moment_read(ask.now, &now))
        return prt_cli_wrong("ask", "--now must be Unix seconds or a time like 2026-11-21T02:00:00Z, not ", ask.now);
    pr_error error = {PR_OK, 0, ""};
    prt_bundle *bundle;
    if (prt_bundle_open(ask.dir, &bundle, &error) != PR_OK)
        return prt_cli_fail(&error);
    prt_bundle_use_encoder(bundle, ask.encoder);
    code = ask.batch ? run_batch(bundle, &ask, now) : run_one(bundle, &ask, now);
    prt_bundle_close(bundle);
    return code;
}
