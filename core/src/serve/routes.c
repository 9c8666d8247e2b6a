/* The table of routes. A literal path wins over a pattern, so literals come first. */
#include "call.h"

const pr_route pr__routes[] = {
    {"GET", "/api/v1/onboarding", pr__get_onboarding},
    {"POST", "/api/v1/onboarding", pr__post_onboarding},
    {"GET", "/api/v1/workouts/recommendations", pr__get_recommendations},
    {"POST", "/api/v1/workouts/query", pr__post_query},
    {"POST", "/api/v1/events", pr__post_events},
    {"GET", "/api/v1/me", pr__get_me},
    {"PUT", "/api/v1/me", pr__put_me},
    {"DELETE", "/api/v1/me", pr__delete_me},
    {"GET", "/api/v1/items/popular", pr__get_popular},
    {"GET", "/api/v1/items/{id}", pr__get_item},
    {"GET", "/api/v1/explain/{id}", pr__get_explain},
#if PR_WITH_RANKING
    {"GET", "/api/v1/trainers/goals", pr__get_goals},
    {"POST", "/api/v1/trainers/goal", pr__post_goal},
    {"GET", "/api/v1/trainers/{user_id}", pr__get_trainers},
#endif
    {"GET", "/api/v1/health", pr__get_health},
    {"GET", "/openapi.json", pr__get_openapi},
};

const size_t pr__route_count = PR_COUNT(pr__routes);
