/* What a shop adds: searches, baskets, the shop itself and its search. Defaults, and what the schema cannot say. */
#include "config_reader.h"

#include <math.h>
#include <string.h>

enum {
    TEXTS = 1u << PRT_TEXT | 1u << PRT_CATEGORY,
    GROUPS = 1u << PRT_CATEGORY | 1u << PRT_LIST,
    NUMBERS = 1u << PRT_INTEGER | 1u << PRT_REAL,
};

/* ---- logs ---- */

static pr_status read_name(prt_config_reader *r, const pr_json *given, const char *key, const char *otherwise,
                           const char **out) {
    PRT_TRY(prt_config_text(r, pr_json_get(given, key), out));
    *out = *out ? *out : otherwise;
    return PR_OK;
}

static pr_status read_searches(prt_config_reader *r, const pr_json *given, prt_searches_config *out) {
    PRT_TRY(prt_config_source(r, "searches", given, &out->source));
    PRT_TRY(read_name(r, given, "user", "user_id", &out->user));
    PRT_TRY(read_name(r, given, "query", "query", &out->query));
    PRT_TRY(read_name(r, given, "item", NULL, &out->item));
    return read_name(r, given, "time", NULL, &out->time);
}

/* Lines of any length have no columns, so no header that names them. */
static pr_status read_baskets(prt_config_reader *r, const pr_json *given, prt_source *out) {
    PRT_TRY(prt_config_source(r, "baskets", given, out));
    out->format = PRT_FORMAT_CSV;
    out->header = false;
    return PR_OK;
}

/* ---- shop ---- */

static pr_status read_columns(prt_config_reader *r, const pr_json *given, prt_shop_config *out) {
    PRT_TRY(read_name(r, given, "name", "title", &out->name));
    PRT_TRY(read_name(r, given, "image", r->config->items.image ? "image" : NULL, &out->image));
    PRT_TRY(read_name(r, given, "price", NULL, &out->price));
    PRT_TRY(read_name(r, given, "original_price", NULL, &out->original_price));
    PRT_TRY(read_name(r, given, "rating", NULL, &out->rating));
    PRT_TRY(read_name(r, given, "reviews", NULL, &out->reviews));
    return prt_config_names(r, pr_json_get(given, "category"), &out->category);
}

static void read_trending(const pr_json *given, prt_shop_config *out) {
    const pr_json *weights = pr_json_get(given, "weights");
    out->trending.decay = prt_config_number(given, "decay", 0.95);
    out->trending.hourly = pr_json_is(pr_json_get(given, "per"), "hour");
    out->trending.size = (uint32_t)prt_config_number(given, "size", 200);
    out->trending.click = prt_config_number(weights, "click", 1);
    out->trending.cart = prt_config_number(weights, "cart", 3);
    out->trending.purchase = prt_config_number(weights, "purchase", 5);
}

static void read_rules(const pr_json *given, prt_shop_config *out) {
    out->rules.support = prt_config_number(given, "support", 0.0001);
    out->rules.confidence = prt_config_number(given, "confidence", 0.02);
    out->rules.lift = prt_config_number(given, "lift", 1);
    out->rules.top = (uint32_t)prt_config_number(given, "top", 20);
    out->rules.size = (uint32_t)prt_config_number(given, "size", 3);
}

static void read_home(const pr_json *given, prt_shop_config *out) {
    out->home.clicked = prt_config_number(given, "clicked", 0.5);
    out->home.search = prt_config_number(given, "search", 0.4);
    out->home.diverse = prt_config_number(given, "diverse", 0.1);
    out->home.days = (uint32_t)prt_config_number(given, "days", 30);
}

static pr_status read_shop(prt_config_reader *r, const pr_json *given, prt_shop_config *out) {
    const pr_json *similar = pr_json_get(given, "similar");
    PRT_TRY(read_columns(r, given, out));
    read_trending(pr_json_get(given, "trending"), out);
    out->similar.top = (uint32_t)prt_config_number(similar, "top", 20);
    read_rules(pr_json_get(given, "rules"), out);
    read_home(pr_json_get(given, "home"), out);
    return prt_config_names(r, pr_json_get(similar, "columns"), &out->similar.columns);
}

/* The keys of `search` beside fields. */
static pr_status read_search(prt_config_reader *r, const pr_json *given) {
    prt_config *c = r->config;
    const pr_json *words = pr_json_get(given, "stop_words"), *synonyms = pr_json_get(given, "synonyms"),
                  *mine = pr_json_get(given, "mine_synonyms");
    c->search.k1 = prt_config_number(given, "k1", 1.2);
    c->search.b = prt_config_number(given, "b", 0.75);
    c->search.popularity = prt_config_number(given, "popularity", 0.1);
    c->search.english_stop_words = !words || pr_json_is(words, "english");
    c->search.synonyms = synonyms && synonyms->size ? synonyms : NULL;
    c->search.mine_synonyms = !mine || mine->boolean;
    if (words && words->type == PR_JSON_ARRAY)
        PRT_TRY(prt_config_names(r, words, &c->search.stop_words));
    return prt_config_names(r, pr_json_get(given, "facets"), &c->search.facets);
}

pr_status prt_config_read_shop(prt_config_reader *r, const pr_json *root) {
    prt_config *c = r->config;
    const pr_json *searches = pr_json_get(root, "searches"), *baskets = pr_json_get(root, "baskets"),
                  *shop = pr_json_get(root, "shop");
    c->has_searches = searches != NULL;
    c->has_baskets = baskets != NULL;
    c->has_shop = shop != NULL;
    if (searches)
        PRT_TRY(read_searches(r, searches, &c->searches));
    if (baskets)
        PRT_TRY(read_baskets(r, baskets, &c->baskets));
    if (shop)
        PRT_TRY(read_shop(r, shop, &c->shop));
    return read_search(r, pr_json_get(root, "search"));
}

/* ---- what the schema cannot say ---- */

/* A column, or one of the items' own keys that is set. */
static pr_status check_text(prt_config_reader *r, const char *key, const char *name, uint32_t types, const char *must) {
    const prt_entity_config *items = &r->config->items;
    const char *const own[] = {"title", "text", "image"}, *const from[] = {items->title, items->text, items->image};
    for (size_t i = 0; i < PRT_COUNT(own); i++) {
        if (strcmp(name, own[i]) == 0 && !from[i])
            return prt_fail(r->error, PR_E_FORMAT, "%s: %s names \"%s\", but items.%s is not set", r->where, key, name,
                            name);
        if (strcmp(name, own[i]) == 0)
            return PR_OK;
        /* The name in the file is what people have before their eyes. */
        if (from[i] && strcmp(name, from[i]) == 0 && !prt_config_column(items, name))
            return prt_fail(r->error, PR_E_FORMAT,
                            "%s: %s names \"%s\", which is the file's name for items.%s; did you mean \"%s\"?",
                            r->where, key, name, own[i], own[i]);
    }
    return prt_config_check_column(r, key, "items", items, name, types, must);
}

static pr_status check_names(prt_config_reader *r, const char *key, const prt_name_list *names, uint32_t types,
                             const char *must) {
    for (uint32_t i = 0; i < names->count; i++) {
        if (types >> PRT_TEXT & 1)
            PRT_TRY(check_text(r, key, names->names[i], types, must));
        else
            PRT_TRY(prt_config_check_column(r, key, "items", &r->config->items, names->names[i], types, must));
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(names->names[i], names->names[j]) == 0)
                return prt_fail(r->error, PR_E_FORMAT, "%s: %s names \"%s\" twice; take one out", r->where, key,
                                names->names[i]);
        }
    }
    return PR_OK;
}

static pr_status check_numbers(prt_config_reader *r) {
    const prt_shop_config *shop = &r->config->shop;
    const char *const keys[] = {"shop.price", "shop.original_price", "shop.rating", "shop.reviews"};
    const char *const names[] = {shop->price, shop->original_price, shop->rating, shop->reviews};
    for (size_t i = 0; i < PRT_COUNT(names); i++) {
        if (names[i])
            PRT_TRY(prt_config_check_column(r, keys[i], "items", &r->config->items, names[i], NUMBERS,
                                            "an integer or real"));
    }
    return PR_OK;
}

static pr_status check_support(prt_config_reader *r) {
    double support = r->config->shop.rules.support;
    if (support < 1 || support == floor(support))
        return PR_OK;
    char number[32];
    pr_format_number(support, number);
    return prt_fail(r->error, PR_E_FORMAT,
                    "%s: shop.rules.support must be below 1 (a share of the baskets) or a whole number of them, not %s",
                    r->where, number);
}

static pr_status check_home(prt_config_reader *r) {
    const prt_shop_config *shop = &r->config->shop;
    if (shop->home.clicked + shop->home.search + shop->home.diverse > 0)
        return PR_OK;
    return prt_fail(r->error, PR_E_FORMAT,
                    "%s: shop.home gives no place to clicked, search or diverse; give one of them more than 0",
                    r->where);
}

pr_status prt_config_check_shop(prt_config_reader *r) {
    const prt_config *c = r->config;
    PRT_TRY(prt_config_check_synonyms(r, "search.synonyms", c->search.synonyms));
    PRT_TRY(check_names(r, "search.facets", &c->search.facets, GROUPS | NUMBERS, "a category, list, integer or real"));
    if (!c->has_shop)
        return PR_OK;
    PRT_TRY(check_text(r, "shop.name", c->shop.name, 1u << PRT_TEXT, "a text"));
    if (c->shop.image)
        PRT_TRY(check_text(r, "shop.image", c->shop.image, 1u << PRT_TEXT, "a text"));
    PRT_TRY(check_names(r, "shop.category", &c->shop.category, GROUPS, "a category or a list"));
    PRT_TRY(check_names(r, "shop.similar.columns", &c->shop.similar.columns, TEXTS | GROUPS,
                        "a text, a category or a list"));
    PRT_TRY(check_numbers(r));
    PRT_TRY(check_support(r));
    return check_home(r);
}
