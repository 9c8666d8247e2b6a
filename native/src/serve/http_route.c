/* The routes: the engine answers, the visitor's state is found by a cookie. */
#include "http.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

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

/* Set-Cookie for a visitor who is new, or who wants to be forgotten; empty when the client has the right one. */
static void write_cookie(pr_text token, const char *kept, char out[160]) {
    out[0] = 0;
    if (kept[0] && (token.size != PRT_TOKEN_SIZE || memcmp(kept, token.bytes, PRT_TOKEN_SIZE) != 0))
        snprintf(out, 160, "%s=%s; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict", COOKIE, kept);
    else if (!kept[0] && token.size > 0)
        snprintf(out, 160, "%s=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict", COOKIE);
}

static enum MHD_Result send_answer(struct prt_server *server, prt_http_request *request,
                                   struct MHD_Connection *connection, pr_text token, prt_bundle *bundle,
                                   const pr_response *answer) {
    char kept[PRT_TOKEN_SIZE + 1], cookie[160] = "", allow[64];
    const char *headers[8] = {"Cache-Control", "no-store"};
    size_t used = 2;
    if (answer->state_changed) {
        prt_visitors_put(server->visitors, token, answer->state, kept);
        write_cookie(token, kept, cookie);
    }
    if (cookie[0]) {
        headers[used++] = "Set-Cookie";
        headers[used++] = cookie;
    }
    struct MHD_Response *response = MHD_create_response_from_buffer(
        answer->body.size, (void *)(uintptr_t)answer->body.bytes, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    size_t size = answer->body.size;
    int status = answer->status;
    if (status == 405) { /* the next calls overwrite the answer, whose body was copied above */
        allowed_methods(bundle, request, allow, sizeof allow);
        headers[used++] = "Allow";
        headers[used++] = allow;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
    for (size_t i = 0; i < used; i += 2)
        MHD_add_response_header(response, headers[i], headers[i + 1]);
    return prt_http_send(request, connection, status, response, size);
}

enum MHD_Result prt_http_route(struct prt_server *server, prt_http_request *request,
                               struct MHD_Connection *connection) {
    prt_bundle *bundle = prt_live_bundle_get(server->bundle);
    pr_text token = text_of(MHD_lookup_connection_value(connection, MHD_COOKIE_KIND, COOKIE));
    pr_request asked = {.method = text_of(strcmp(request->method, "HEAD") == 0 ? "GET" : request->method)};
    asked.path = text_of(request->target);
    asked.body = (pr_text){request->body, request->size};
    asked.state = prt_visitors_get(server->visitors, token);
    asked.now = (int64_t)time(NULL);
    asked.seed = random_seed();
    pr_response answer;
    pr_error error = {PR_OK, 0, ""};
    pr_status status = prt_bundle_call(bundle, &asked, &answer, &error);
    if (error.code != PR_OK)
        fprintf(stderr, "pocketrec serve: %s\n", error.message);
    if (status != PR_OK)
        return prt_http_send_error(request, connection, 503, "unavailable",
                                   "The server could not answer this request; try again later.", NULL);
    return send_answer(server, request, connection, token, bundle, &answer);
}
