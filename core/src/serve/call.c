/* pr_engine_call: take a request apart, find its route, answer it. */
#include "call.h"

#include <string.h>

static int hex_digit(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Percent-decode; `plus` turns '+' into a space, as query strings do. False when it is malformed or not UTF-8. */
static bool decode(pr_arena *arena, pr_text in, bool plus, pr_text *out) {
    char *bytes = pr_arena_take(arena, in.size + 1);
    size_t used = 0;
    if (!bytes)
        return false;
    for (size_t i = 0; i < in.size; i++) {
        char c = in.bytes[i];
        if (c == '%') {
            int high = in.size - i > 2 ? hex_digit(in.bytes[i + 1]) : -1,
                low = in.size - i > 2 ? hex_digit(in.bytes[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus)
            c = ' ';
        bytes[used++] = c;
    }
    *out = (pr_text){bytes, used};
    return pr_utf8_valid(bytes, used, NULL);
}

static bool split_parameters(pr_call *call, pr_text text) {
    size_t start = 0;
    for (size_t i = 0; i <= text.size; i++) {
        if (i < text.size && text.bytes[i] != '&')
            continue;
        pr_text pair = {text.bytes + start, i - start};
        start = i + 1;
        if (pair.size == 0)
            continue;
        const char *equals = memchr(pair.bytes, '=', pair.size);
        size_t name = equals ? (size_t)(equals - pair.bytes) : pair.size;
        pr_parameter *parameter = &call->parameters[call->parameter_count];
        if (call->parameter_count == PR_MAX_PARAMETERS ||
            !decode(&call->engine->scratch, (pr_text){pair.bytes, name}, true, &parameter->name))
            return false;
        pr_text value = equals ? (pr_text){equals + 1, pair.size - name - 1} : (pr_text){"", 0};
        if (!decode(&call->engine->scratch, value, true, &parameter->value))
            return false;
        call->parameter_count++;
    }
    return true;
}

static bool split_path(pr_call *call) {
    pr_text path = call->request->path;
    const char *mark = path.size ? memchr(path.bytes, '?', path.size) : NULL;
    size_t size = mark ? (size_t)(mark - path.bytes) : path.size;
    if (!decode(&call->engine->scratch, (pr_text){path.bytes, size}, false, &call->path))
        return false;
    return !mark || split_parameters(call, (pr_text){mark + 1, path.size - size - 1});
}

/* Does the path fit the pattern? `{id}` stands for one non-empty piece, which may hold a decoded slash; what follows it
 * in the pattern must end the path. */
static bool fits(const char *pattern, pr_text path, pr_text *id) {
    const char *hole = strchr(pattern, '{');
    size_t fixed = hole ? (size_t)(hole - pattern) : strlen(pattern);
    if (!hole)
        return pr__equal(pattern, fixed, path.bytes, path.size);
    const char *rest = strchr(hole, '}') + 1;
    size_t ending = strlen(rest);
    if (path.size <= fixed + ending || memcmp(pattern, path.bytes, fixed) != 0 ||
        memcmp(rest, path.bytes + path.size - ending, ending) != 0)
        return false;
    *id = (pr_text){path.bytes + fixed, path.size - fixed - ending};
    return true;
}

pr_text pr__parameter(const pr_call *call, const char *name) {
    for (uint32_t i = 0; i < call->parameter_count; i++) {
        if (pr__equal(call->parameters[i].name.bytes, call->parameters[i].name.size, name, strlen(name)))
            return call->parameters[i].value;
    }
    return (pr_text){NULL, 0};
}

pr_status pr__refuse(pr_call *call, int status, const char *code, const char *field, const char *message) {
    call->out.size = 0;
    call->w = (pr_writer){&call->out, 0, false};
    call->response->status = status;
    pr_write_object(&call->w);
    pr_write_key(&call->w, "error");
    pr_write_object(&call->w);
    pr_write_key(&call->w, "code");
    pr_write_text(&call->w, code);
    pr_write_key(&call->w, "message");
    pr_write_text(&call->w, message);
    pr_write_key(&call->w, "field");
    pr_write_text(&call->w, field);
    pr_write_end_object(&call->w);
    pr_write_end_object(&call->w);
    call->response->state_changed = false;
    return PR_OK;
}

pr_status pr__save_state(pr_call *call) {
    pr_buffer out = {.arena = &call->engine->scratch};
    pr_writer w = {&out, 0, false};
    pr__state_write(&call->engine->settings, &call->state, &w);
    /* A state that is too long would be refused the next time: the rows that came first go. */
    while (PR_WITH_RANKING && out.size > PR_MAX_STATE && call->state.weekly.count) {
        uint32_t dropped = (call->state.weekly.count + 1) / 2;
        call->state.weekly.count -= dropped;
        call->state.weekly.rows += dropped;
        out.size = 0;
        w = (pr_writer){&out, 0, false};
        pr__state_write(&call->engine->settings, &call->state, &w);
    }
    while ((PR_WITH_SHOP || PR_WITH_PURCHASES || PR_WITH_MEANING) && out.size > PR_MAX_STATE &&
           call->state.event_count) {
        uint32_t dropped = (call->state.event_count + 1) / 2;
        call->state.event_count -= dropped;
        call->state.events += dropped;
        out.size = 0;
        w = (pr_writer){&out, 0, false};
        pr__state_write(&call->engine->settings, &call->state, &w);
    }
    if (out.failed)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while saving the visitor's state");
    call->response->state = (pr_text){out.bytes, out.size};
    call->response->state_changed = true;
    return PR_OK;
}

pr_status pr__answer_stored(pr_call *call, uint32_t count) {
    PR_TRY(pr__save_state(call));
    call->response->status = 201;
    pr_write_object(&call->w);
    pr_write_key(&call->w, "stored");
    pr_write_integer(&call->w, count);
    pr_write_key(&call->w, "events");
    pr_write_integer(&call->w, call->state.event_count);
    pr_write_end_object(&call->w);
    return PR_OK;
}

bool pr__read_n(pr_call *call, const pr_json *body, uint32_t *n) {
    const char *sentence = "n must be a whole number from 1 to 1000";
    const pr_json *given = pr_json_get(body, "n");
    pr_text text = pr__parameter(call, "n");
    const pr_json *parsed = given;
    if (!given && text.bytes &&
        pr_json_parse(text.bytes, text.size, NULL, &call->engine->scratch, &parsed, NULL) != PR_OK)
        parsed = NULL;
    *n = call->engine->settings.results;
    if (!given && !text.bytes)
        return true;
    if (!parsed || parsed->type != PR_JSON_NUMBER || !parsed->is_integer || parsed->number < 1 ||
        parsed->number > PR_MAX_RESULTS) {
        pr__refuse(call, 422, "invalid_value", "n", sentence);
        return false;
    }
    *n = (uint32_t)parsed->number;
    return true;
}

static bool is_method(const pr_call *call, const char *method) {
    return pr__equal(call->request->method.bytes, call->request->method.size, method, strlen(method));
}

/* Read the body of methods that carry one; false when it was refused. */
static bool read_body(pr_call *call, pr_status *status) {
    *status = PR_OK;
    if (!is_method(call, "POST") && !is_method(call, "PUT"))
        return true;
    pr_json_limits limits = {PR_MAX_STATE, 16};
    pr_error error = {0};
    *status = pr_json_parse(call->request->body.bytes, call->request->body.size, &limits, &call->engine->scratch,
                            &call->body, &error);
    if (*status == PR_OK && call->body->type == PR_JSON_OBJECT)
        return true;
    if (*status == PR_E_MEMORY)
        return false;
    *status = pr__refuse(call, 400, "invalid_json", "body", *status ? error.message : "the body must be a JSON object");
    return false;
}

static const pr_parameter *repeated_parameter(const pr_call *call) {
    for (uint32_t i = 1; i < call->parameter_count; i++) {
        const pr_parameter *p = &call->parameters[i];
        for (uint32_t k = 0; k < i; k++) {
            if (pr__equal(p->name.bytes, p->name.size, call->parameters[k].name.bytes, call->parameters[k].name.size))
                return p;
        }
    }
    return NULL;
}

static pr_status refuse_parameter(pr_call *call, const pr_parameter *parameter) {
    char *name = pr_arena_take(&call->engine->scratch, parameter->name.size + 1);
    if (!name)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while reading the request");
    if (parameter->name.size)
        memcpy(name, parameter->name.bytes, parameter->name.size);
    return pr__refuse(call, 422, "invalid_value", name, "this query parameter was given twice");
}

static pr_status run(pr_call *call) {
    const pr_route *route = NULL;
    bool path_known = false, path_literal = false;
    if (!split_path(call))
        return pr__refuse(
            call, 400, "invalid_path", "path",
            "the path or its query string is not well-formed percent-encoded UTF-8 with at most 16 parameters");
    const pr_parameter *twice = repeated_parameter(call);
    if (twice)
        return refuse_parameter(call, twice);
    for (size_t i = 0; i < pr__route_count && !route; i++) {
        pr_part part = pr__routes[i].part;
        if ((part == PR_PART_OF_RANKING && !call->engine->settings.ranked) ||
            (part == PR_PART_OF_SHOP && !call->engine->settings.shop) ||
            (part == PR_PART_OF_PURCHASES && !call->engine->settings.buys) ||
            (part == PR_PART_OF_MEANING && !call->engine->settings.meant))
            continue;
        bool literal = !strchr(pr__routes[i].pattern, '{');
        if ((path_literal && !literal) || !fits(pr__routes[i].pattern, call->path, &call->id))
            continue;
        path_known = true;
        path_literal |= literal;
        route = is_method(call, pr__routes[i].method) ? &pr__routes[i] : NULL;
    }
    if (!route)
        return path_known ? pr__refuse(call, 405, "method_not_allowed", "method", "this path does not take that method")
                          : pr__refuse(call, 404, "not_found", "path", "there is no such route; see /openapi.json");
    pr_status status;
    if (!read_body(call, &status))
        return status;
    pr_error error = {0};
    status =
        pr__state_read(&call->engine->settings, call->request->state, &call->engine->scratch, &call->state, &error);
    if (status == PR_E_FORMAT && route->handler != pr__delete_me && route->handler != pr__put_me)
        return pr__refuse(call, 400, "invalid_state", "state", error.message);
    if (status == PR_E_MEMORY)
        return pr_fail(call->error, status, 0, error.message);
    return route->handler(call);
}

static void begin(pr_engine *engine, pr_response *response) {
    for (uint32_t i = 0; i < engine->missing_count; i++)
        engine->shards[engine->missing[i]].wanted = false;
    engine->missing_count = 0;
    engine->needs_refused = false;
    pr_arena_reset(&engine->scratch);
    memset(response, 0, sizeof *response);
    response->status = 200;
}

pr_status pr_engine_call(pr_engine *engine, const pr_request *request, pr_response *response, pr_error *error) {
    begin(engine, response);
    if (request->state.size > PR_MAX_STATE)
        return pr_fail(error, PR_E_ARGUMENT, 0,
                       "the visitor's state is longer than 1 MiB; delete it or import a smaller one");
    pr_call *call = pr_arena_take(&engine->scratch, sizeof *call);
    if (!call)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while answering");
    call->engine = engine;
    call->request = request;
    call->response = response;
    call->error = error;
    call->out.arena = &engine->scratch;
    call->w = (pr_writer){&call->out, 0, false};
    bool importing = is_method(call, "PUT");
    pr_status status;
    if (request->path.size > PR_MAX_PATH)
        status = pr__refuse(call, 400, "path_too_long", "path", "the path is longer than 4096 bytes");
    else if (request->body.size > (size_t)(importing ? PR_MAX_STATE : PR_MAX_BODY))
        status = pr__refuse(call, 413, "body_too_large", "body", "the body is longer than 256 KiB");
    else
        status = run(call);
    if (status)
        return status;
    if (engine->needs_refused && response->status < 400)
        pr__refuse(call, 503, "shard_refused", NULL,
                   "a part of the bundle that this request needs is damaged; load it again");
    else if (engine->missing_count && response->status < 500) {
        response->missing = engine->missing;
        response->missing_count = engine->missing_count;
        response->state_changed = false;
        return PR_MISSING;
    }
    if (call->out.failed)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while writing the answer");
    response->body = (pr_text){call->out.bytes, call->out.size};
    return PR_OK;
}
