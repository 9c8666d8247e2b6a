/* Finding a user's name in a request, with as much decoding as the core does. */
#include "who.h"

#include <stdio.h>
#include <string.h>

static const char INTERACTIONS[] = "/api/v1/interactions/interactions/", TRAINERS[] = "/api/v1/trainers/";

static int hex_digit(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Percent-decode at most `room` bytes; -1 when there are more, or when it is malformed. */
static int decode(const char *bytes, size_t size, char *out, int room) {
    int used = 0;
    for (size_t i = 0; i < size; i++) {
        int c = (unsigned char)bytes[i];
        if (c == '%') {
            int high = size - i > 2 ? hex_digit(bytes[i + 1]) : -1, low = size - i > 2 ? hex_digit(bytes[i + 2]) : -1;
            if (high < 0 || low < 0)
                return -1;
            c = high * 16 + low;
            i += 2;
        }
        if (used == room)
            return -1;
        out[used++] = (char)c;
    }
    return used;
}

static bool is_name(const char *bytes, int size) {
    for (int i = 0; i < size; i++) {
        char c = bytes[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
            return false;
    }
    return size > 0 && size <= PRT_MOST_USER;
}

/* Take the encoded text as the user's name, if it is one. */
static bool take(const char *bytes, size_t size, char user[PRT_MOST_USER + 1]) {
    int used = decode(bytes, size, user, PRT_MOST_USER);
    if (!is_name(user, used))
        used = 0;
    user[used] = 0;
    return used > 0;
}

/* The first parameter of that name counts, as in the core. */
static bool in_query(const char *query, char user[PRT_MOST_USER + 1]) {
    while (*query) {
        size_t pair = strcspn(query, "&#"), name = strcspn(query, "=&#");
        char key[8];
        if (name < pair && decode(query, name, key, 7) == 7 && memcmp(key, "user_id", 7) == 0)
            return take(query + name + 1, pair - name - 1, user);
        if (query[pair] != '&')
            return false;
        query += pair + 1;
    }
    return false;
}

static bool in_body(pr_text body, pr_arena *scratch, char user[PRT_MOST_USER + 1]) {
    const pr_json *root;
    if (body.size == 0)
        return false;
    pr_arena_reset(scratch);
    if (pr_json_parse(body.bytes, body.size, NULL, scratch, &root, NULL) != PR_OK)
        return false;
    const pr_json *named = pr_json_get(root, "user_id");
    if (!named || named->type != PR_JSON_STRING || named->size > PRT_MOST_USER ||
        !is_name(named->string, (int)named->size))
        return false;
    memcpy(user, named->string, named->size);
    user[named->size] = 0;
    return true;
}

bool prt_user_named(const char *method, const char *target, pr_text body, pr_arena *scratch,
                    char user[PRT_MOST_USER + 1]) {
    size_t path = strcspn(target, "?#"), before = sizeof INTERACTIONS - 1;
    user[0] = 0;
    if (path > before && memcmp(target, INTERACTIONS, before) == 0 && take(target + before, path - before, user))
        return true;
    if (target[path] == '?' && in_query(target + path + 1, user))
        return true;
    return strcmp(method, "POST") == 0 && in_body(body, scratch, user);
}

/* Where the name of a user begins in the path; its end when it holds none. */
static size_t public_part(const char *target, size_t size) {
    size_t interactions = sizeof INTERACTIONS - 1, trainers = sizeof TRAINERS - 1;
    if (size > interactions && memcmp(target, INTERACTIONS, interactions) == 0)
        return interactions;
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
