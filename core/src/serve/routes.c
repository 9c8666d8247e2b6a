/* The table of routes. A literal path wins over a pattern, whatever the method; literals come first. */
#include "call.h"

const pr_route pr__routes[] = {
    {"GET", "/api/v1/onboarding", pr__get_onboarding, false},
    {"POST", "/api/v1/onboarding", pr__post_onboarding, false},
    {"GET", "/api/v1/workouts/recommendations", pr__get_recommendations, false},
    {"POST", "/api/v1/workouts/query", pr__post_query, false},
    {"POST", "/api/v1/events", pr__post_events, false},
    {"GET", "/api/v1/me", pr__get_me, false},
    {"PUT", "/api/v1/me", pr__put_me, false},
    {"DELETE", "/api/v1/me", pr__delete_me, false},
    {"GET", "/api/v1/items/popular", pr__get_popular, false},
    {"GET", "/api/v1/items/{id}", pr__get_item, false},
    {"GET", "/api/v1/explain/{id}", pr__get_explain, false},
#if PR_WITH_RANKING
    {"GET", "/api/v1/trainers/goals", pr__get_goals, true},
    {"POST", "/api/v1/trainers/goal", pr__post_goal, true},
    {"GET", "/api/v1/trainers/{user_id}", pr__get_trainers, true},
#endif
    {"GET", "/api/v1/health", pr__get_health, false},
    {"GET", "/openapi.json", pr__get_openapi, false},
};

const size_t pr__route_count = PR_COUNT(pr__routes);
