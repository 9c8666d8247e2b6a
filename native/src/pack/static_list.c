/* Filling the pages: the list between <!-- pocketrec:top:begin --> and <!-- pocketrec:top:end -->, and the content of
 * <meta name="pocketrec-needs">, where a page has one. */
#include "static_list.h"
#include "bundle_reader.h"
#include "fail.h"
#include "store.h"

#include <stdio.h>
#include <string.h>

#define BEGIN "<!-- pocketrec:top:begin -->"
#define END   "<!-- pocketrec:top:end -->"
#define NEEDS "<meta name=\"pocketrec-needs\" content=\""

/* The pages that carry a list; a site may lack those after the first. */
static const char *const pages[] = {"index.html", "trainers.html", "shop.html", "purchases.html"};
enum { PAGES = sizeof pages / sizeof pages[0] };

static void put(pr_buffer *out, const char *text) {
    pr_buffer_append(out, text, strlen(text));
}

void prt_html_text(pr_buffer *out, const char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        switch (bytes[i]) {
        case '&':
            put(out, "&amp;");
            break;
        case '<':
            put(out, "&lt;");
            break;
        case '>':
            put(out, "&gt;");
            break;
        case '"':
            put(out, "&quot;");
            break;
        case '\'':
            put(out, "&#39;");
            break;
        default:
            pr_buffer_append(out, (unsigned char)bytes[i] < 0x20 ? " " : &bytes[i], 1);
        }
    }
}

/* Where `what` begins in text[from …), or SIZE_MAX. */
static size_t find(pr_text text, size_t from, const char *what) {
    size_t size = strlen(what);
    for (size_t i = from; i + size <= text.size; i++) {
        if (memcmp(text.bytes + i, what, size) == 0)
            return i;
    }
    return SIZE_MAX;
}

/* The page with `text` in the place of what lies between two marks; false when they are not there. */
static bool splice(pr_text page, const char *begin_mark, const char *end_mark, pr_text text, pr_buffer *out) {
    size_t begin = find(page, 0, begin_mark);
    size_t end = begin == SIZE_MAX ? SIZE_MAX : find(page, begin + strlen(begin_mark), end_mark);
    if (end == SIZE_MAX)
        return false;
    pr_buffer_append(out, page.bytes, begin + strlen(begin_mark));
    pr_buffer_append(out, text.bytes, text.size);
    pr_buffer_append(out, page.bytes + end, page.size - end);
    return !out->failed;
}

bool prt_static_list_splice(pr_text page, pr_text list, pr_text needs, pr_buffer *out) {
    pr_buffer told = {.arena = out->arena};
    if (splice(page, NEEDS, "\"", needs, &told))
        page = (pr_text){told.bytes, told.size};
    return !told.failed && splice(page, BEGIN, END, list, out);
}

/* ---- the list ---- */

static const pr_json *read_manifest(prt_bundle *bundle, pr_arena *arena) {
    const pr_json *manifest;
    pr_text text = prt_bundle_manifest(bundle);
    return pr_json_parse(text.bytes, text.size, NULL, arena, &manifest, NULL) == PR_OK ? manifest : NULL;
}

static bool has_settings(const pr_json *manifest, const char *part) {
    return pr_json_get(pr_json_get(manifest, "settings"), part) != NULL;
}

/* The route that answers for somebody unknown, and the member that holds the list: a bundle that ranks and a shop have
 * lists of their own. */
static pr_text popular_route(const pr_json *manifest, const char **member) {
    *member = has_settings(manifest, "shop") ? "trending" : "recommendations";
    const char *path = has_settings(manifest, "shop")      ? "/recommendations/home?user_id=everybody&response_limit=10"
                       : has_settings(manifest, "ranking") ? "/api/v1/trainers/everybody?topk=10&explore=0"
                                                           : "/api/v1/items/popular?n=10";
    return (pr_text){path, strlen(path)};
}

/* The column whose values are people or makers (rules.flag.column), or NULL. */
static const char *group_column(const pr_json *manifest) {
    const pr_json *rules = pr_json_get(pr_json_get(manifest, "settings"), "rules");
    const pr_json *column = pr_json_get(pr_json_get(rules, "flag"), "column");
    return column && column->type == PR_JSON_STRING ? column->string : NULL;
}

static void put_item(const pr_json *item, const char *group, pr_buffer *out) {
    const pr_json *name = pr_json_get(item, "name"), *id = pr_json_get(item, "id");
    const pr_json *title = name ? name : pr_json_get(item, "title");
    const pr_json *shown = title && title->type == PR_JSON_STRING && title->size ? title : id;
    if (!shown || shown->type != PR_JSON_STRING)
        return;
    put(out, "<li><strong>");
    prt_html_text(out, shown->string, shown->size);
    put(out, "</strong>");
    const pr_json *by = group ? pr_json_get(item, group) : NULL;
    if (by && by->type == PR_JSON_STRING && by->size) {
        put(out, " <span>");
        prt_html_text(out, by->string, by->size);
        put(out, "</span>");
    }
    put(out, "</li>\n");
}

/* The parts of the engine that the bundle needs, with blanks between them. */
static void put_needs(const pr_json *manifest, pr_buffer *out) {
    const pr_json *needs = pr_json_get(manifest, "needs");
    for (const pr_json *one = needs && needs->type == PR_JSON_ARRAY ? needs->first : NULL; one; one = one->next) {
        put(out, out->size ? " " : "");
        if (one->type == PR_JSON_STRING)
            prt_html_text(out, one->string, one->size);
    }
}

/* What the bundle has for the pages: the list, and what it needs. */
static pr_status ask_bundle(const char *dir, int64_t now, pr_buffer *out, pr_buffer *needs, pr_error *error) {
    pr_arena *arena = out->arena;
    prt_bundle *bundle;
    pr_response response = {0};
    const pr_json *answer;
    PRT_TRY(prt_bundle_open(dir, &bundle, error));
    const pr_json *manifest = read_manifest(bundle, arena);
    const char *member;
    put_needs(manifest, needs);
    const pr_request request = {.method = {"GET", 3}, .path = popular_route(manifest, &member), .now = now};
    pr_status status = prt_bundle_call(bundle, &request, &response, error);
    if (status == PR_OK && response.status != 200)
        status = prt_fail(error, PR_E_FORMAT, "%s: the list of popular items was answered with %d; rebuild the bundle",
                          dir, response.status);
    if (status == PR_OK)
        status = pr_json_parse(response.body.bytes, response.body.size, NULL, arena, &answer, error);
    if (status == PR_OK) {
        const pr_json *list = pr_json_get(answer, member);
        const char *group = group_column(manifest);
        put(out, "\n<ol>\n");
        for (const pr_json *item = list && list->type == PR_JSON_ARRAY ? list->first : NULL; item; item = item->next)
            put_item(item, group, out);
        put(out, "</ol>\n");
    }
    prt_bundle_close(bundle);
    return status;
}

/* ---- the page ---- */

/* The page with `list` and `needs` in it; an empty one where the site does not have that page. */
static pr_status complete(const prt_store *folder, const char *name, pr_text list, pr_text needs, pr_buffer *out,
                          pr_error *error) {
    pr_text page;
    if (name != pages[0] && !prt_store_has(folder, name))
        return PR_OK;
    PRT_TRY(prt_store_read(folder, name, out->arena, &page, error));
    if (prt_static_list_splice(page, list, needs, out))
        return PR_OK;
    return prt_fail(error, PR_E_FORMAT,
                    "%s/%s: the marks " BEGIN " and " END " are not in it; add them where the list shall stand",
                    folder->dir, name);
}

pr_status prt_static_list_check(const char *site, pr_error *error) {
    pr_arena arena;
    prt_store folder;
    pr_status status = PR_OK;
    PRT_TRY(prt_store_open_plain(site, &folder, error));
    pr_arena_init(&arena, NULL, 0);
    for (int i = 0; status == PR_OK && i < PAGES; i++) {
        pr_buffer out = {.arena = &arena};
        status = complete(&folder, pages[i], (pr_text){"", 0}, (pr_text){"", 0}, &out, error);
    }
    pr_arena_free(&arena);
    prt_store_close(&folder);
    return status;
}

/* Replace a page; its compressed neighbours no longer agree with it. */
static pr_status replace(prt_store *folder, const char *name, const pr_buffer *page, pr_error *error) {
    char neighbour[64];
    for (int i = 0; i < 2; i++) {
        snprintf(neighbour, sizeof neighbour, "%s.%s", name, i == 0 ? "gz" : "br");
        prt_store_remove(folder, neighbour);
    }
    return prt_store_replace(folder, name, page->bytes, page->size, error);
}

static pr_status fill(prt_store *folder, const char *dir, int64_t now, pr_arena *arena, pr_error *error) {
    pr_buffer list = {.arena = arena}, needs = {.arena = arena};
    PRT_TRY(ask_bundle(dir, now, &list, &needs, error));
    for (int i = 0; i < PAGES; i++) {
        pr_buffer out = {.arena = arena};
        PRT_TRY(complete(folder, pages[i], (pr_text){list.bytes, list.size}, (pr_text){needs.bytes, needs.size}, &out,
                         error));
        if (out.size > 0)
            PRT_TRY(replace(folder, pages[i], &out, error));
    }
    return PR_OK;
}

pr_status prt_static_list_fill(const char *site, const char *dir, int64_t now, pr_error *error) {
    pr_arena arena;
    prt_store folder;
    PRT_TRY(prt_store_open_plain(site, &folder, error));
    pr_arena_init(&arena, NULL, 0);
    pr_status status = fill(&folder, dir, now, &arena, error);
    pr_arena_free(&arena);
    prt_store_close(&folder);
    return status;
}
