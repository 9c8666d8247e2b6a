/* Reading given lists. */
#include "purchases_given.h"
#include "byte_window.h"
#include "fail.h"
#include "idmap.h"
#include "pack.h"

#include <stdlib.h>

#define MOST_BYTES ((size_t)1 << 30)

typedef struct reading {
    const char *path, *separators;
    size_t line;
    prt_idmap users, items, seen; /* ids of the dataset; users that had their line */
    uint64_t item_room, used;
    uint32_t list_room;
    prt_given_lists *out;
    pr_error *error;
} reading;

static pr_status index_ids(const prt_strings *ids, prt_idmap *out, pr_error *error) {
    char padded[264] = {0}; /* ids are read by eight bytes */
    for (uint32_t i = 0; i < ids->count; i++) {
        pr_text id = prt_string(ids, i);
        uint32_t index;
        bool added, fits = id.size + 8 <= sizeof padded;
        if (fits)
            memcpy(padded, id.bytes, id.size);
        if (!fits || !prt_idmap_add(out, padded, id.size, &index, &added))
            return prt_fail_memory(error, "reading the lists of the evaluation");
    }
    return PR_OK;
}

static bool grow(void **array, size_t room, size_t size) {
    void *grown = realloc(*array, room * size);
    if (grown)
        *array = grown;
    return grown != NULL;
}

static pr_status start_list(reading *r, const char *id, size_t size) {
    prt_given_lists *out = r->out;
    uint32_t index;
    bool added;
    if (!prt_idmap_add(&r->seen, id, size, &index, &added))
        return prt_fail_memory(r->error, "reading the lists of the evaluation");
    if (!added)
        return prt_fail(r->error, PR_E_FORMAT, "%s line %zu: the user %.*s has a line already; give each user one",
                        r->path, r->line, (int)(size < 100 ? size : 100), id);
    if (out->count == r->list_room) {
        r->list_room = r->list_room ? r->list_room * 2 : 1024;
        if (!grow((void **)&out->user, r->list_room, sizeof *out->user) ||
            !grow((void **)&out->starts, r->list_room + (size_t)1, sizeof *out->starts))
            return prt_fail_memory(r->error, "reading the lists of the evaluation");
    }
    out->user[out->count] = prt_idmap_find(&r->users, id, size);
    out->starts[out->count++] = r->used;
    out->starts[out->count] = r->used;
    return PR_OK;
}

static pr_status add_item(reading *r, const char *id, size_t size) {
    prt_given_lists *out = r->out;
    if (r->used == r->item_room) {
        r->item_room = r->item_room ? r->item_room * 2 : 4096;
        if (!grow((void **)&out->item, r->item_room, sizeof *out->item))
            return prt_fail_memory(r->error, "reading the lists of the evaluation");
    }
    out->item[r->used++] = prt_idmap_find(&r->items, id, size);
    out->starts[out->count] = r->used;
    return PR_OK;
}

static bool separates(const reading *r, char c) {
    return c && strchr(r->separators, c);
}

/* The words of a line: a user, then items. */
static pr_status read_line(reading *r, const char *at, const char *end) {
    for (bool first = true; at < end;) {
        const char *word = at;
        while (at < end && !separates(r, *at))
            at++;
        if (at > word) {
            PRT_TRY(first ? start_list(r, word, (size_t)(at - word)) : add_item(r, word, (size_t)(at - word)));
            first = false;
        }
        at += at < end;
    }
    return PR_OK;
}

static pr_status read_lines(reading *r, const char *at, const char *end) {
    for (r->line = 1; at < end; r->line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        PRT_TRY(read_line(r, at, stop));
        at = stop < end ? stop + 1 : end;
    }
    return PR_OK;
}

static pr_status read_file(reading *r, const char *path) {
    prt_file file;
    prt_window window = {0};
    r->path = path;
    PRT_TRY(prt_file_open(path, &file, r->error));
    pr_status status = PR_OK;
    while (status == PR_OK && !window.end && window.size < MOST_BYTES)
        status = prt_window_fill(&window, &file, window.size + (1 << 22), r->error);
    if (status == PR_OK && !window.end)
        status = prt_fail(r->error, PR_E_LIMIT, "%s: holds more than 1 GiB; give fewer users", path);
    if (status == PR_OK)
        status = read_lines(r, window.bytes, window.bytes + window.size);
    prt_window_free(&window);
    prt_file_close(&file);
    return status;
}

pr_status prt_given_read(const prt_name_list *files, bool negatives, const prt_dataset *dataset, prt_given_lists *out,
                         pr_error *error) {
    reading r = {.separators = negatives ? " \t\r,()" : " \t\r", .out = out, .error = error};
    *out = (prt_given_lists){0};
    out->starts = calloc(1, sizeof *out->starts);
    pr_status status = out->starts ? PR_OK : prt_fail_memory(error, "reading the lists of the evaluation");
    if (status == PR_OK)
        status = index_ids(&dataset->users.ids, &r.users, error);
    if (status == PR_OK)
        status = index_ids(&dataset->items.ids, &r.items, error);
    for (uint32_t i = 0; status == PR_OK && i < files->count; i++)
        status = read_file(&r, files->names[i]);
    prt_idmap_free(&r.users);
    prt_idmap_free(&r.items);
    prt_idmap_free(&r.seen);
    return status;
}

void prt_given_free(prt_given_lists *lists) {
    free(lists->user);
    free(lists->starts);
    free(lists->item);
    *lists = (prt_given_lists){0};
}
