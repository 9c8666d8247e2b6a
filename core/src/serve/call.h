/* One request on its way through the core: what routes share. */
#ifndef PR_CALL_H
#define PR_CALL_H

#include "pipeline.h"

enum { PR_MAX_BODY = 256 << 10, PR_MAX_PATH = 4096, PR_MAX_PARAMETERS = 16 };

typedef struct pr_parameter {
    pr_text name, value;
} pr_parameter;

typedef struct pr_call {
    pr_engine *engine;
    const pr_request *request;
    pr_response *response;
    pr_error *error;
    pr_text path; /* decoded, without the query string */
    pr_text id;   /* what stands for {id} in the route's pattern */
    uint32_t parameter_count;
    pr_parameter parameters[PR_MAX_PARAMETERS];
    const pr_json *body; /* NULL when the method carries none */
    pr_state state;
    pr_buffer out;
    pr_writer w;
} pr_call;

typedef pr_status (*pr_handler)(pr_call *call);

/* Which bundles have a route. */
typedef enum pr_part {
    PR_PART_OF_ALL,
    PR_PART_OF_RANKING,
    PR_PART_OF_SHOP,
    PR_PART_OF_PURCHASES,
    PR_PART_OF_MEANING
} pr_part;

typedef struct pr_route {
    const char *method, *pattern;
    pr_handler handler;
    pr_part part;
} pr_route;

extern const pr_route pr__routes[];
extern const size_t pr__route_count;

/* Write an error response in place of anything written so far; returns PR_OK, because the request is answered. */
pr_status pr__refuse(pr_call *call, int status, const char *code, const char *field, const char *message);
/* The query parameter with that name; NULL bytes when absent. */
pr_text pr__parameter(const pr_call *call, const char *name);
/* Hand the state back to the host as changed. */
pr_status pr__save_state(pr_call *call);
/* The same, and the answer 201: how many events were stored, and how many there are now. */
pr_status pr__answer_stored(pr_call *call, uint32_t count);
/* `n` results: from the body or the query string, 1 … 1000; false when it was refused. */
bool pr__read_n(pr_call *call, const pr_json *body, uint32_t *n);

/* The answer to a list request: run the pipeline and write it. */
pr_status pr__answer_list(pr_call *call, pr_query *query, const char *mode);
/* A query with the settings' knobs, the state's profile and own events. */
pr_status pr__query_init(pr_call *call, pr_query *query);
/* Own likes become wishes (boosts), own dislikes of a group keep it away, flagged groups too. */
pr_status pr__query_personalise(pr_call *call, pr_query *query);
/* Set the bit of each named value of a category or list column; *found false when a name is unknown. */
pr_status pr__codes_add(pr_call *call, uint32_t column, pr_text name, pr_code_set *set, bool *found);

pr_status pr__get_onboarding(pr_call *call);
pr_status pr__post_onboarding(pr_call *call);
pr_status pr__get_recommendations(pr_call *call);
pr_status pr__post_query(pr_call *call);
pr_status pr__post_events(pr_call *call);
pr_status pr__get_me(pr_call *call);
pr_status pr__put_me(pr_call *call);
pr_status pr__delete_me(pr_call *call);
pr_status pr__get_explain(pr_call *call);
pr_status pr__get_popular(pr_call *call);
pr_status pr__get_item(pr_call *call);
pr_status pr__get_health(pr_call *call);
pr_status pr__get_openapi(pr_call *call);
pr_status pr__get_trainers(pr_call *call);
pr_status pr__get_goals(pr_call *call);
pr_status pr__post_goal(pr_call *call);
pr_status pr__get_home(pr_call *call);
pr_status pr__get_product(pr_call *call);
pr_status pr__get_search(pr_call *call);
pr_status pr__post_search(pr_call *call);
pr_status pr__get_suggest(pr_call *call);
pr_status pr__get_interactions(pr_call *call);
pr_status pr__post_interaction(pr_call *call);
pr_status pr__get_picks(pr_call *call);
pr_status pr__post_picks(pr_call *call);
pr_status pr__get_similar_items(pr_call *call);
pr_status pr__get_popular_items(pr_call *call);
pr_status pr__get_models(pr_call *call);
pr_status pr__get_stats(pr_call *call);
pr_status pr__get_config(pr_call *call);
pr_status pr__get_users(pr_call *call);
pr_status pr__get_user_profile(pr_call *call);
pr_status pr__homepage(pr_call *call);
pr_status pr__category_page(pr_call *call);
pr_status pr__product_page(pr_call *call);
pr_status pr__cart(pr_call *call);
pr_status pr__bought_together(pr_call *call);
pr_status pr__post_feedback(pr_call *call);
pr_status pr__get_preferences(pr_call *call);
pr_status pr__get_performance(pr_call *call);
pr_status pr__get_funnel(pr_call *call);

/* Write the description of the routes with this bundle's own values and columns in it. */
void pr__write_openapi(pr_call *call, const char *text, size_t size);

#endif
