/* The page of users: what the core says of each, asked with their state. */
#include "fail.h"
#include "http.h"
#include "who.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL_LIMIT = 100, MOST_LIMIT = 1000 };

static const char PATH[] = "/api/v1/users";

bool prt_http_lists_users(const prt_http_request *request) {
    size_t size = strcspn(request->target, "?#");
    return size == sizeof PATH - 1 && memcmp(request->target, PATH, size) == 0 &&
           (strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0);
}

/* ---- limit and offset ---- */

/* A whole number, or `*value` as it is when it is not given; false when it is something else or below `least`. What is
 * more than a billion counts as one. */
static bool read_number(struct MHD_Connection *connection, const char *name, uint32_t least, uint32_t *value) {
    const unsigned long long most = 1000000000;
    const char *given = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);
    if (!given)
        return true;
    if (!given[0] || given[strspn(given, "0123456789")])
        return false;
    unsigned long long number = strtoull(given, NULL, 10);
    *value = (uint32_t)(number < most ? number : most);
    return *value >= least;
}

/* ---- the list ---- */

/* What one page needs, and what it becomes. */
typedef struct page {
    struct prt_server *server;
    prt_worker *worker;
    prt_bundle *bundle;
    const prt_profiles *profiles;
    int64_t now;
    pr_arena arena; /* of the answer */
    pr_buffer out;
    pr_writer w;
} page;

/* The members that tell of the user, under the name that they have here. */
static pr_status put_user(page *p, pr_text user, pr_text body, pr_error *error) {
    const pr_json_limits limits = {.max_bytes = 64 << 20};
    const pr_json *root;
    PRT_TRY(pr_json_parse(body.bytes, body.size, &limits, &p->worker->scratch, &root, error));
    pr_write_object(&p->w);
    for (const pr_json *m = root->first; m; m = m->next) {
        if (strcmp(m->key, "purchases") == 0 || strcmp(m->key, "total_spend") == 0)
            continue;
        pr_write_key(&p->w, m->key);
        if (strcmp(m->key, "user_id") == 0)
            pr_write_string(&p->w, user.bytes, user.size);
        else
            pr_write_json(&p->w, m);
    }
    pr_write_end_object(&p->w);
    return p->out.failed ? prt_fail_memory(error, "listing users") : PR_OK;
}

static pr_status ask_about(page *p, pr_text user, pr_text state, pr_error *error) {
    static const char get[] = "GET", path[] = "/api/v1/users/me/profile";
    const pr_request asked = {
        .method = {get, sizeof get - 1}, .path = {path, sizeof path - 1}, .state = state, .now = p->now};
    pr_response answer;
    PRT_TRY(prt_bundle_call(p->bundle, &asked, &answer, error));
    if (answer.status != 200)
        return prt_fail(error, PR_E_FORMAT,
                        "a user cannot be listed (%.*s); write the profiles anew with pocketrec train",
                        (int)(answer.body.size < 200 ? answer.body.size : 200), answer.body.bytes);
    return put_user(p, user, answer.body, error);
}

/* What the user told this server goes before what training knew. */
static pr_status list_user(page *p, uint64_t place, pr_error *error) {
    char key[PRT_MOST_KEY + 1];
    prt_visit visit;
    pr_text user, state;
    pr_arena_reset(&p->worker->scratch);
    PRT_TRY(prt_profiles_at(p->profiles, place, &p->worker->scratch, &user, &state, error));
    if (user.size > PRT_MOST_USER || memchr(user.bytes, 0, user.size))
        return ask_about(p, user, state, error);
    prt_http_user_key(user, key);
    PRT_TRY(prt_visit_begin(p->server->visitors, key, &visit, error));
    pr_status status = ask_about(p, user, visit.state.size ? visit.state : state, error);
    prt_visit_end(p->server->visitors, &visit);
    return status;
}

static pr_status write_page(page *p, uint32_t limit, uint32_t offset, pr_error *error) {
    uint64_t total = prt_profiles_count(p->profiles), first = offset < total ? offset : total;
    uint64_t end = total - first < limit ? total : first + limit;
    pr_write_object(&p->w);
    pr_write_key(&p->w, "users");
    pr_write_array(&p->w);
    for (uint64_t place = first; place < end; place++)
        PRT_TRY(list_user(p, place, error));
    pr_write_end_array(&p->w);
    pr_write_key(&p->w, "total");
    pr_write_integer(&p->w, (int64_t)total);
    pr_write_end_object(&p->w);
    return p->out.failed ? prt_fail_memory(error, "listing users") : PR_OK;
}

static enum MHD_Result send_page(prt_http_request *request, struct MHD_Connection *connection, int status,
                                 pr_text body) {
    static const char *const headers[] = {MHD_HTTP_HEADER_CACHE_CONTROL, "no-store", NULL};
    return prt_http_send_text(request, connection, status, body, "application/json", headers);
}

static enum MHD_Result refuse(prt_http_request *request, struct MHD_Connection *connection, const char *field,
                              const char *message) {
    char body[256];
    int size = snprintf(body, sizeof body,
                        "{\"error\":{\"code\":\"invalid_value\",\"message\":\"%s\",\"field\":\"%s\"}}", message, field);
    return send_page(request, connection, 422, (pr_text){body, (size_t)size});
}

static pr_status list(struct prt_server *server, prt_worker *worker, prt_bundle *bundle, uint32_t limit,
                      uint32_t offset, prt_http_request *request, struct MHD_Connection *connection,
                      enum MHD_Result *result, pr_error *error) {
    page p = {.server = server, .worker = worker, .bundle = bundle, .now = (int64_t)time(NULL)};
    pr_arena_init(&p.arena, NULL, 0);
    p.out.arena = &p.arena;
    p.w.out = &p.out;
    p.profiles = prt_live_profiles_hold(server->profiles);
    pr_status status = write_page(&p, limit < MOST_LIMIT ? limit : MOST_LIMIT, offset, error);
    prt_live_profiles_release(server->profiles);
    if (status == PR_OK)
        *result = send_page(request, connection, 200, (pr_text){p.out.bytes, p.out.size});
    pr_arena_free(&p.arena);
    return status;
}

pr_status prt_http_list_users(struct prt_server *server, prt_worker *worker, prt_bundle *bundle,
                              prt_http_request *request, struct MHD_Connection *connection, enum MHD_Result *result,
                              pr_error *error) {
    const pr_request asked = {.method = {"GET", 3}, .path = {request->target, strlen(request->target)}};
    uint32_t limit = USUAL_LIMIT, offset = 0;
    pr_response answer;
    /* A bundle without purchases has no such route, and the core judges how the address is written. */
    PRT_TRY(prt_bundle_call(bundle, &asked, &answer, error));
    if (answer.status != 200)
        *result = send_page(request, connection, answer.status, answer.body);
    else if (!read_number(connection, "limit", 1, &limit))
        *result = refuse(request, connection, "limit", "limit must be a whole number, 1 or more");
    else if (!read_number(connection, "offset", 0, &offset))
        *result = refuse(request, connection, "offset", "offset must be a whole number, 0 or more");
    else
        return list(server, worker, bundle, limit, offset, request, connection, result, error);
    return PR_OK;
}
