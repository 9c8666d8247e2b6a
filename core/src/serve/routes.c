/* The table of routes. A literal path wins over a pattern, whatever the method; literals come first. */
#include "call.h"

const pr_route pr__routes[] = {
    {"GET", "/api/v1/onboarding", pr__get_onboarding, PR_PART_OF_ALL},
    {"POST", "/api/v1/onboarding", pr__post_onboarding, PR_PART_OF_ALL},
    {"GET", "/api/v1/workouts/recommendations", pr__get_recommendations, PR_PART_OF_ALL},
    {"POST", "/api/v1/workouts/query", pr__post_query, PR_PART_OF_ALL},
    {"POST", "/api/v1/events", pr__post_events, PR_PART_OF_ALL},
    {"GET", "/api/v1/me", pr__get_me, PR_PART_OF_ALL},
    {"PUT", "/api/v1/me", pr__put_me, PR_PART_OF_ALL},
    {"DELETE", "/api/v1/me", pr__delete_me, PR_PART_OF_ALL},
#if PR_WITH_PURCHASES
    {"GET", "/api/v1/items/popular", pr__get_popular_items, PR_PART_OF_PURCHASES},
    {"GET", "/api/v1/items/{id}/similar", pr__get_similar_items, PR_PART_OF_PURCHASES},
#endif
    {"GET", "/api/v1/items/popular", pr__get_popular, PR_PART_OF_ALL},
    {"GET", "/api/v1/items/{id}", pr__get_item, PR_PART_OF_ALL},
    {"GET", "/api/v1/explain/{id}", pr__get_explain, PR_PART_OF_ALL},
#if PR_WITH_RANKING
    {"GET", "/api/v1/trainers/goals", pr__get_goals, PR_PART_OF_RANKING},
    {"POST", "/api/v1/trainers/goal", pr__post_goal, PR_PART_OF_RANKING},
    {"GET", "/api/v1/trainers/{user_id}", pr__get_trainers, PR_PART_OF_RANKING},
#endif
#if PR_WITH_SHOP
    {"GET", "/recommendations/home", pr__get_home, PR_PART_OF_SHOP},
    {"GET", "/recommendations/search", pr__get_search, PR_PART_OF_SHOP},
    {"POST", "/recommendations/search", pr__post_search, PR_PART_OF_SHOP},
    {"GET", "/recommendations/suggest", pr__get_suggest, PR_PART_OF_SHOP},
    {"GET", "/recommendations/product/{id}", pr__get_product, PR_PART_OF_SHOP},
    {"POST", "/api/v1/interactions/interactions", pr__post_interaction, PR_PART_OF_SHOP},
    {"GET", "/api/v1/interactions/interactions/{user_id}", pr__get_interactions, PR_PART_OF_SHOP},
#endif
#if PR_WITH_MEANING
    {"GET", "/api/v1/recommendations/homepage", pr__homepage, PR_PART_OF_MEANING},
    {"POST", "/api/v1/recommendations/homepage", pr__homepage, PR_PART_OF_MEANING},
    {"GET", "/api/v1/recommendations/cart", pr__cart, PR_PART_OF_MEANING},
    {"POST", "/api/v1/recommendations/cart", pr__cart, PR_PART_OF_MEANING},
    {"GET", "/api/v1/recommendations/category/{category}", pr__category_page, PR_PART_OF_MEANING},
    {"POST", "/api/v1/recommendations/category/{category}", pr__category_page, PR_PART_OF_MEANING},
    {"GET", "/api/v1/recommendations/product/{id}", pr__product_page, PR_PART_OF_MEANING},
    {"POST", "/api/v1/recommendations/product/{id}", pr__product_page, PR_PART_OF_MEANING},
    {"GET", "/api/v1/recommendations/frequently-bought-together/{id}", pr__bought_together, PR_PART_OF_MEANING},
    {"POST", "/api/v1/interactions", pr__post_feedback, PR_PART_OF_MEANING},
    {"GET", "/api/v1/preferences", pr__get_preferences, PR_PART_OF_MEANING},
    {"GET", "/api/v1/analytics/recommendations/performance", pr__get_performance, PR_PART_OF_MEANING},
    {"GET", "/api/v1/analytics/conversion-funnel", pr__get_funnel, PR_PART_OF_MEANING},
#endif
#if PR_WITH_PURCHASES
    {"POST", "/api/v1/recommendations", pr__post_picks, PR_PART_OF_PURCHASES},
    {"GET", "/api/v1/recommendations/{user_id}", pr__get_picks, PR_PART_OF_PURCHASES},
    {"GET", "/api/v1/models", pr__get_models, PR_PART_OF_PURCHASES},
    {"GET", "/api/v1/stats", pr__get_stats, PR_PART_OF_PURCHASES},
    {"GET", "/api/v1/config", pr__get_config, PR_PART_OF_PURCHASES},
    {"GET", "/api/v1/users", pr__get_users, PR_PART_OF_PURCHASES},
    {"GET", "/api/v1/users/{user_id}/profile", pr__get_user_profile, PR_PART_OF_PURCHASES},
#endif
    {"GET", "/api/v1/health", pr__get_health, PR_PART_OF_ALL},
    {"GET", "/openapi.json", pr__get_openapi, PR_PART_OF_ALL},
};

const size_t pr__route_count = PR_COUNT(pr__routes);
