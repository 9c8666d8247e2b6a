/* Finding a user's name in a request, with as much decoding as the core does. */
#include "who.h"
#include "fail.h"
#include "percent.h"

#include <stdio.h>
#include <string.h>

enum { MOST_PLAIN = 50 };

static const char TRAINERS[] = "/api/v1/trainers/";

/* Where the path holds a name. */
static const struct {
    const char *before, *after;
} PLACES[] = {
    {"/api/v1/interactions/interactions/", ""}, {"/api/v1/recommendations/", ""}, {"/api/v1/users/", "/profile"}};

/* Paths that begin like a place of names, and hold none. */
static const char *const NAMELESS[] = {"/api/v1/recommendations/homepage", "/api/v1/recommendations/cart",
                                       "/api/v1/recommendations/product/", "/api/v1/recommendations/category/",
                                       "/api/v1/recommendations/frequently-bought-together/"};

static bool is_plain(const char *bytes, int size) {
    for (int i = 0; i < size; i++) {
        char c = bytes[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
            return false;
    }
    return size <= MOST_PLAIN;
}

/* 8-4-4-4-12 hexadecimal digits. */
static bool is_uuid(const char *bytes, int size) {
    static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    for (int i = 0; i < size && shape[i]; i++) {
        if (shape[i] == 'x' ? prt_hex_digit(bytes[i]) < 0 : bytes[i] != '-')
            return false;
    }
    return size == (int)sizeof shape - 1;
}

static bool is_text(const char *bytes, int size) {
    for (int i = 0; i < size; i++) {
        if ((unsigned char)bytes[i] < ' ' || bytes[i] == 0x7f)
            return false;
    }
    return size <= PRT_MOST_USER && pr_utf8_valid(bytes, (size_t)size, NULL);
}

static bool is_name(const char *bytes, int size, prt_name_rule rule) {
    if (size <= 0 || (size == 2 && memcmp(bytes, "me", 2) == 0))
        return false;
    return rule == PRT_PLAIN_NAMES ? is_plain(bytes, size) || is_uuid(bytes, size) : is_text(bytes, size);
}

/* Take the encoded text as the user's name, if it is one. */
static bool take(const char *bytes, size_t size, bool query, prt_name_rule rule, char user[PRT_MOST_USER + 1]) {
    int used = prt_percent_decode(bytes, size, query, user, PRT_MOST_USER);
    if (!is_name(user, used, rule))
        used = 0;
    user[used] = 0;
    return used > 0;
}

static bool is_nameless(const char *target, size_t size) {
    for (size_t n = 0; n < PRT_COUNT(NAMELESS); n++) {
        size_t fixed = strlen(NAMELESS[n]);
        bool prefix = NAMELESS[n][fixed - 1] == '/';
        if ((prefix ? size > fixed : size == fixed) && memcmp(target, NAMELESS[n], fixed) == 0)
            return true;
    }
    return false;
}

/* The place whose beginning and end the path has; PRT_COUNT(PLACES) when it has none's. */
static size_t place_of(const char *target, size_t size) {
    size_t n = is_nameless(target, size) ? PRT_COUNT(PLACES) : 0;
    for (; n < PRT_COUNT(PLACES); n++) {
        size_t before = strlen(PLACES[n].before), after = strlen(PLACES[n].after);
        if (size > before + after && memcmp(target, PLACES[n].before, before) == 0 &&
            memcmp(target + size - after, PLACES[n].after, after) == 0)
            break;
    }
    return n;
}

static bool in_path(const char *target, size_t size, prt_name_rule rule, char user[PRT_MOST_USER + 1]) {
    size_t n = place_of(target, size);
    if (n == PRT_COUNT(PLACES))
        return false;
    size_t before = strlen(PLACES[n].before), after = strlen(PLACES[n].after);
    return take(target + before, size - before - after, false, rule, user);
}

/* The first parameter of that name counts, as in the core. */
static bool in_query(const char *query, prt_name_rule rule, char user[PRT_MOST_USER + 1]) {
    while (*query) {
        size_t pair = strcspn(query, "&#"), name = strcspn(query, "=&#");
        char key[8];
        if (name < pair && prt_percent_decode(query, name, true, key, 7) == 7 && memcmp(key, "user_id", 7) == 0)
            return take(query + name + 1, pair - name - 1, true, rule, user);
        if (query[pair] != '&')
            return false;
        query += pair + 1;
    }
    return false;
}

static bool in_body(pr_text body, prt_name_rule rule, pr_arena *scratch, char user[PRT_MOST_USER + 1]) {
    const pr_json *root;
    if (body.size == 0)
        return false;
    pr_arena_reset(scratch);
    if (pr_json_parse(body.bytes, body.size, NULL, scratch, &root, NULL) != PR_OK)
        return false;
    const pr_json *named = pr_json_get(root, "user_id");
    if (!named || named->type != PR_JSON_STRING || named->size > PRT_MOST_USER ||
        !is_name(named->string, (int)named->size, rule))
        return false;
    memcpy(user, named->string, named->size);
    user[named->size] = 0;
    return true;
}

bool prt_user_named(const char *method, const char *target, pr_text body, prt_name_rule rule, pr_arena *scratch,
                    char user[PRT_MOST_USER + 1]) {
    size_t path = strcspn(target, "?#");
    user[0] = 0;
    if (in_path(target, path, rule, user))
        return true;
    if (target[path] == '?' && in_query(target + path + 1, rule, user))
        return true;
    return strcmp(method, "POST") == 0 && in_body(body, rule, scratch, user);
}

/* Where the name of a user begins in the path; its end when it holds none. */
static size_t public_part(const char *target, size_t size) {
    size_t n = place_of(target, size), trainers = sizeof TRAINERS - 1;
    if (n < PRT_COUNT(PLACES))
        return strlen(PLACES[n].before);
    if (size <= trainers || memcmp(target, TRAINERS, trainers) != 0)
        return size;
    const char *last = target + trainers;
    size_t left = size - trainers;
    bool fixed = (left == 4 && memcmp(last, "goal", 4) == 0) || (left == 5 && memcmp(last, "goals", 5) == 0);
    return fixed ? size : trainers;
}

void prt_path_for_log(const char *target, char *out, size_t size) {
    size_t path = strcspn(target, "?#"), shown = public_part(target, path), used = 0;
    for (; used < shown && used + 2 < size; used++) {
        char c = target[used];
        out[used] = c > 0x20 && c < 0x7f && c != '"' && c != '\\' ? c : '?';
    }
    if (shown < path)
        out[used++] = '-';
    out[used] = 0;
}
