/* The routes: the engine answers; the visitor's state is found by the user that the request names, else by a cookie. */
#define _GNU_SOURCE /* memmem */
#include "fail.h"
#include "http.h"
#include "who.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

enum { TOKEN_SIZE = 32 };

static const char COOKIE[] = "pocketrec";

static pr_text text_of(const char *bytes) {
    return (pr_text){bytes, bytes ? strlen(bytes) : 0};
}

/* Seeds the exploration; it need not be secret. */
static uint64_t random_seed(void) {
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        return (uint64_t)time(NULL);
    return seed;
}

/* A 405 must name the methods that would do. Only the core knows them, so it is asked; nothing is kept of the answers.
 */
static void allowed_methods(prt_bundle *bundle, const prt_http_request *request, char *out, size_t size) {
    static const char *const methods[] = {"GET", "POST", "PUT", "DELETE"};
    size_t used = 0;
    out[0] = 0;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        pr_request asked = {.method = text_of(methods[i]), .path = text_of(request->target)};
        pr_response answer;
        if (prt_bundle_call(bundle, &asked, &answer, NULL) == PR_OK && answer.status != 405)
            used += (size_t)snprintf(out + used, size - used, "%s%s", used ? ", " : "", i ? methods[i] : "GET, HEAD");
    }
}

/* Who asks, and what is kept of them. */
typedef struct caller {
    char key[PRT_MOST_KEY + 1]; /* in the visitors' states; empty: nobody yet */
    bool named;                 /* by the request, not by a cookie */
    bool new_cookie;            /* the visitor got a cookie just now */
    bool forgotten;             /* or wants theirs no more */
    bool open;                  /* `visit` has begun */
    prt_visit visit;
    char user[PRT_MOST_USER + 1]; /* the name, if named */
    double took;                  /* milliseconds in which the core answered */
} caller;

static const char BY_NAME[] = "user/", BY_COOKIE[] = "cookie/";

/* Kept of a user of the profiles who wants to be forgotten: without it the profile would come back. */
static const char NOTHING_KNOWN[] = "{\"version\":1,\"profile\":{},\"events\":[]}";

void prt_http_user_key(pr_text user, char key[PRT_MOST_KEY + 1]) {
    snprintf(key, PRT_MOST_KEY + 1, "%s%.*s", BY_NAME, (int)user.size, user.bytes);
}

static bool is_token(pr_text token) {
    return token.size == TOKEN_SIZE && strspn(token.bytes, "0123456789abcdef") == TOKEN_SIZE;
}

/* A user's name and a cookie's token are never the same visitor, whatever they read. */
static void identify(const struct prt_server *server, prt_worker *worker, const prt_http_request *request,
                     struct MHD_Connection *connection, caller *out) {
    prt_name_rule rule = server->profiles ? PRT_ANY_NAMES : PRT_PLAIN_NAMES;
    pr_text token = text_of(MHD_lookup_connection_value(connection, MHD_COOKIE_KIND, COOKIE));
    *out = (caller){.key = ""};
    out->named = prt_user_named(request->method, request->target, (pr_text){request->body, request->size}, rule,
                                &worker->scratch, out->user);
    if (out->named)
        prt_http_user_key(text_of(out->user), out->key);
    else if (is_token(token))
        snprintf(out->key, sizeof out->key, "%s%s", BY_COOKIE, token.bytes);
}

static pr_status begin_visit(struct prt_server *server, caller *who, pr_error *error) {
    pr_status status = who->key[0] ? prt_visit_begin(server->visitors, who->key, &who->visit, error) : PR_OK;
    who->open = who->key[0] && status == PR_OK;
    return status;
}

static void end_visit(struct prt_server *server, caller *who) {
    if (who->open)
        prt_visit_end(server->visitors, &who->visit);
    who->open = false;
}

static bool random_token(char token[TOKEN_SIZE + 1]) {
    unsigned char bytes[TOKEN_SIZE / 2];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return false;
    for (size_t i = 0; i < TOKEN_SIZE; i++)
        token[i] = "0123456789abcdef"[i % 2 ? bytes[i / 2] & 15 : bytes[i / 2] >> 4];
    token[TOKEN_SIZE] = 0;
    return true;
}

/* Somebody new gets a token of ours: nobody chooses their own. */
static pr_status welcome(struct prt_server *server, caller *who, pr_error *error) {
    char token[TOKEN_SIZE + 1];
    end_visit(server, who);
    if (!random_token(token))
        return pr_fail(error, PR_E_IO, 0, "the system gives no random numbers for a visitor's cookie; try again later");
    snprintf(who->key, sizeof who->key, "%s%s", BY_COOKIE, token);
    who->new_cookie = true;
    return begin_visit(server, who, error);
}

/* Keep what the core changed of the visitor's state. */
static pr_status keep(struct prt_server *server, caller *who, pr_text state, int64_t now, pr_error *error) {
    bool is_known = who->open && who->visit.state.size > 0;
    pr_status status = PR_OK;
    if (state.size == 0 && !is_known)
        who->forgotten = !who->named && who->key[0];
    else if (!who->named && !is_known)
        status = welcome(server, who, error);
    else
        who->forgotten = !who->named && state.size == 0;
    if (status == PR_OK && who->open)
        status = prt_visit_keep(server->visitors, &who->visit, state, now, error);
    return status;
}

/* Set-Cookie for a visitor who is new, or who wants to be forgotten; empty when the client has the right one. */
static void write_cookie(const caller *who, char out[160]) {
    out[0] = 0;
    if (who->new_cookie)
        snprintf(out, 160, "%s=%s; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict", COOKIE,
                 who->key + sizeof BY_COOKIE - 1);
    else if (who->forgotten)
        snprintf(out, 160, "%s=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict", COOKIE);
}

static double milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* The core has no clock: it leaves the time that an answer took open. No text of an answer reads like that member,
 * since quotation marks in a text are escaped. The body as it was where there is nothing to fill in. */
static pr_text fill_in_time(prt_worker *worker, const caller *who, pr_text body) {
    static const char member[] = "\"processing_time_ms\":", open_member[] = "\"processing_time_ms\":null";
    const char *at = body.size ? memmem(body.bytes, body.size, open_member, sizeof open_member - 1) : NULL;
    char number[32];
    if (!at)
        return body;
    pr_arena_reset(&worker->scratch);
    int digits = snprintf(number, sizeof number, "%.3f", who->took);
    const char *rest = at + sizeof open_member - 1;
    pr_buffer out = {.arena = &worker->scratch};
    pr_buffer_append(&out, body.bytes, (size_t)(at - body.bytes));
    pr_buffer_append(&out, member, sizeof member - 1);
    pr_buffer_append(&out, number, (size_t)digits);
    pr_buffer_append(&out, rest, (size_t)(body.bytes + body.size - rest));
    return out.failed ? body : (pr_text){out.bytes, out.size};
}

static enum MHD_Result send_answer(prt_worker *worker, prt_http_request *request, struct MHD_Connection *connection,
                                   const caller *who, prt_bundle *bundle, const pr_response *answer) {
    char cookie[160], allow[64];
    pr_text body = fill_in_time(worker, who, answer->body);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body.size, (void *)(uintptr_t)body.bytes, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    size_t size = body.size;
    int status = answer->status;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    write_cookie(who, cookie);
    if (cookie[0])
        MHD_add_response_header(response, MHD_HTTP_HEADER_SET_COOKIE, cookie);
    if (status == 405) { /* the next calls overwrite the answer, whose body was copied above */
        allowed_methods(bundle, request, allow, sizeof allow);
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, allow);
    }
    return prt_http_send(request, connection, status, response, size);
}

/* The state of the user in the profiles; state->bytes is NULL when they are not in there. */
static pr_status find_profile(struct prt_server *server, prt_worker *worker, const caller *who, pr_text *state,
                              pr_error *error) {
    *state = (pr_text){NULL, 0};
    if (!server->profiles || !who->named)
        return PR_OK;
    const prt_profiles *profiles = prt_live_profiles_hold(server->profiles);
    pr_arena_reset(&worker->scratch);
    pr_status status = prt_profiles_find(profiles, text_of(who->user), &worker->scratch, state, error);
    prt_live_profiles_release(server->profiles);
    return status;
}

/* What is kept of the visitor, or else what the profiles know of them. */
static pr_status find_state(struct prt_server *server, prt_worker *worker, caller *who, pr_text *state,
                            pr_error *error) {
    PRT_TRY(begin_visit(server, who, error));
    if (who->open && who->visit.state.size)
        *state = who->visit.state;
    else
        PRT_TRY(find_profile(server, worker, who, state, error));
    return PR_OK;
}

/* Keep the new state; of somebody whom the profiles know, who wants to be forgotten, that nothing is known. */
static pr_status keep_answer(struct prt_server *server, prt_worker *worker, caller *who, pr_text state, int64_t now,
                             pr_error *error) {
    pr_text profile = {NULL, 0};
    if (state.size == 0)
        PRT_TRY(find_profile(server, worker, who, &profile, error));
    return keep(server, who, profile.bytes ? text_of(NOTHING_KNOWN) : state, now, error);
}

/* Ask the core, and keep the visitor's new state before anybody else's request reads it. */
static pr_status ask(struct prt_server *server, prt_worker *worker, const prt_http_request *request, prt_bundle *bundle,
                     caller *who, pr_response *answer, pr_error *error) {
    pr_request asked = {.method = text_of(strcmp(request->method, "HEAD") == 0 ? "GET" : request->method)};
    asked.path = text_of(request->target);
    asked.body = (pr_text){request->body, request->size};
    asked.now = (int64_t)time(NULL);
    asked.seed = random_seed();
    pr_status status = find_state(server, worker, who, &asked.state, error);
    double start = milliseconds();
    if (status == PR_OK)
        status = prt_bundle_call(bundle, &asked, answer, error);
    who->took = milliseconds() - start;
    if (status == PR_OK && answer->state_changed)
        status = keep_answer(server, worker, who, answer->state, asked.now, error);
    end_visit(server, who);
    return status;
}

static enum MHD_Result send_refusal(prt_http_request *request, struct MHD_Connection *connection, int status,
                                    bool everyone) {
    static const char *const challenge[] = {MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer", NULL};
    if (status == 401)
        return prt_http_send_error(request, connection, status, "unauthorized",
                                   everyone ? "requests about everyone need the token in Authorization: Bearer"
                                            : "requests that name a user need the token in Authorization: Bearer",
                                   challenge);
    return prt_http_send_error(request, connection, status, "forbidden",
                               everyone ? "requests about everyone are answered to this machine only"
                                        : "requests that name a user are answered to this machine only",
                               NULL);
}

/* Requests that the core alone cannot answer. */
typedef enum special { ORDINARY, LISTS_USERS, ABOUT_EVERYONE } special;

static special kind_of(const struct prt_server *server, const prt_http_request *request,
                       struct MHD_Connection *connection) {
    return prt_http_asks_everyone(request, connection)         ? ABOUT_EVERYONE
           : server->profiles && prt_http_lists_users(request) ? LISTS_USERS
                                                               : ORDINARY;
}

/* Who is known beforehand is guarded, and what is known of all visitors together always is. */
static int check_gate(const struct prt_server *server, special kind, const caller *who,
                      struct MHD_Connection *connection) {
    bool guarded = kind == ABOUT_EVERYONE || (server->profiles && (who->named || kind == LISTS_USERS));
    return guarded ? prt_gate_check(&server->gate, connection) : 0;
}

enum MHD_Result prt_http_route(struct prt_server *server, prt_http_request *request,
                               struct MHD_Connection *connection) {
    prt_worker *worker = prt_server_worker(server);
    pr_status status = PR_E_LIMIT;
    pr_error error = {PR_OK, 0, ""};
    pr_response answer;
    prt_bundle *bundle = NULL;
    special kind = kind_of(server, request, connection);
    enum MHD_Result sent = MHD_NO;
    caller who;
    if (worker) {
        bundle = prt_live_bundle_get(server->bundle, worker->number);
        identify(server, worker, request, connection, &who);
        int refusal = check_gate(server, kind, &who, connection);
        if (refusal)
            return send_refusal(request, connection, refusal, kind == ABOUT_EVERYONE);
        status = kind == LISTS_USERS ? prt_http_list_users(server, worker, bundle, request, connection, &sent, &error)
                 : kind == ABOUT_EVERYONE
                     ? prt_http_everyone(server, worker, bundle, request, connection, &sent, &error)
                     : ask(server, worker, request, bundle, &who, &answer, &error);
    }
    if (error.code != PR_OK)
        fprintf(stderr, "pocketrec serve: %s\n", error.message);
    if (status != PR_OK)
        return prt_http_send_error(request, connection, 503, "unavailable",
                                   "The server could not answer this request; try again later.", NULL);
    return kind != ORDINARY ? sent : send_answer(worker, request, connection, &who, bundle, &answer);
}
