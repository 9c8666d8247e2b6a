/* The two routes of analytics over all visitors, for the server's operator: ?everyone=true. */
#include "fail.h"
#include "http.h"
#include "performance_sum.h"

#include <stdlib.h>
#include <string.h>

static const char PERFORMANCE[] = "/api/v1/analytics/recommendations/performance",
                  FUNNEL[] = "/api/v1/analytics/conversion-funnel";

static bool is_path(const prt_http_request *request, const char *path) {
    size_t size = strcspn(request->target, "?#");
    return size == strlen(path) && memcmp(request->target, path, size) == 0;
}

bool prt_http_asks_everyone(const prt_http_request *request, struct MHD_Connection *connection) {
    const char *everyone = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "everyone");
    return everyone && strcmp(everyone, "true") == 0 && (is_path(request, PERFORMANCE) || is_path(request, FUNNEL)) &&
           (strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0);
}

/* ---- adding up ---- */

typedef struct sums {
    prt_performance performance;
    bool funnel;
} sums;

static pr_status add_visitor(void *context, const prt_state_row *row, pr_error *error) {
    sums *s = context;
    return s->funnel ? prt_performance_add_funnel(&s->performance, row->state, error)
                     : prt_performance_add_lists(&s->performance, row->state, error);
}

/* The core has taken the number already. */
static uint32_t limit_of(struct MHD_Connection *connection) {
    enum { USUAL = 50, MOST = 5000 };
    const char *given = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "limit");
    double limit = given ? strtod(given, NULL) : USUAL;
    return limit < MOST ? (uint32_t)limit : MOST;
}

static uint32_t days_of(pr_text body, pr_arena *arena) {
    const pr_json *root, *days;
    if (pr_json_parse(body.bytes, body.size, NULL, arena, &root, NULL) != PR_OK)
        return 1;
    days = pr_json_get(root, "days");
    return days && days->type == PR_JSON_NUMBER ? (uint32_t)days->number : 1;
}

static enum MHD_Result send_json(prt_http_request *request, struct MHD_Connection *connection, int status,
                                 pr_text body) {
    static const char *const headers[] = {MHD_HTTP_HEADER_CACHE_CONTROL, "no-store", NULL};
    return prt_http_send_text(request, connection, status, body, "application/json", headers);
}

static pr_status add_up(struct prt_server *server, sums *s, uint32_t limit, prt_http_request *request,
                        struct MHD_Connection *connection, enum MHD_Result *result, pr_error *error) {
    prt_performance *p = &s->performance;
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    pr_buffer out = {.arena = &arena};
    pr_status status = prt_visitors_each(server->visitors, add_visitor, s, error);
    uint32_t *order = status == PR_OK ? prt_performance_order(p) : NULL;
    if (order && s->funnel)
        prt_performance_write_funnel_route(p, &out);
    else if (order)
        prt_performance_write_route(p, order, limit, &out);
    if (status == PR_OK && (!order || out.failed))
        status = prt_fail_memory(error, "adding up what visitors did");
    if (status == PR_OK)
        *result = send_json(request, connection, 200, (pr_text){out.bytes, out.size});
    free(order);
    pr_arena_free(&arena);
    return status;
}

pr_status prt_http_everyone(struct prt_server *server, prt_worker *worker, prt_bundle *bundle,
                            prt_http_request *request, struct MHD_Connection *connection, enum MHD_Result *result,
                            pr_error *error) {
    const pr_request asked = {
        .method = {"GET", 3}, .path = {request->target, strlen(request->target)}, .now = (int64_t)time(NULL)};
    pr_response answer;
    /* The core judges the address, and how many days it means. */
    PRT_TRY(prt_bundle_call(bundle, &asked, &answer, error));
    if (answer.status != 200) {
        *result = send_json(request, connection, answer.status, answer.body);
        return PR_OK;
    }
    sums s = {.funnel = is_path(request, FUNNEL)};
    pr_arena_reset(&worker->scratch);
    prt_performance_open(bundle, PRT_BY_request, days_of(answer.body, &worker->scratch), asked.now, &s.performance);
    pr_status status = add_up(server, &s, limit_of(connection), request, connection, result, error);
    prt_performance_close(&s.performance);
    return status;
}
