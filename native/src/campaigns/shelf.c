/* The file: a line {"version":1,"night":T,"before":T,"secret":"64 hexadecimal digits"} and one
 * {"item","since","night":"this"|"before"} for each item that was out of stock. "before" is what the night before had
 * left: a second run of the same night begins with that. */
#include "shelf.h"
#include "fail.h"
#include "progress.h"
#include "readfile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static const size_t MOST_FILE = (size_t)1 << 30;

static pr_text id_of(const prt_dataset *dataset, uint32_t item) {
    const prt_strings *ids = &dataset->items.ids;
    return (pr_text){ids->bytes + ids->offsets[item], (size_t)(ids->offsets[item + (size_t)1] - ids->offsets[item])};
}

/* ---- reading ---- */

typedef struct line {
    pr_text item;
    int64_t since;
    bool before;
} line;

typedef struct lines {
    int64_t night, before; /* PRT_NO_INTEGER: none */
    pr_text secret;        /* empty: none */
    uint32_t count, room;
    line *all;
} lines;

static bool read_time(const pr_json *given, int64_t *out) {
    bool none = !given || given->type == PR_JSON_NULL;
    *out = none ? PRT_NO_INTEGER : (int64_t)given->number;
    return none || (given->type == PR_JSON_NUMBER && given->is_integer);
}

static bool read_secret(const pr_json *given, pr_text *out) {
    if (!given)
        return true; /* files of earlier versions have none */
    if (given->type != PR_JSON_STRING || given->size != PRT_MAIL_SECRET)
        return false;
    *out = (pr_text){given->string, given->size};
    uint32_t good = 0;
    while (good < given->size && memchr("0123456789abcdef", given->string[good], 16))
        good++;
    return good == given->size;
}

static bool read_head(const pr_json *root, lines *out) {
    const pr_json *version = pr_json_get(root, "version");
    return read_secret(pr_json_get(root, "secret"), &out->secret) && version && version->type == PR_JSON_NUMBER &&
           version->number == 1 && read_time(pr_json_get(root, "night"), &out->night) && out->night != PRT_NO_INTEGER &&
           read_time(pr_json_get(root, "before"), &out->before);
}

static bool read_item(const pr_json *root, line *out) {
    const pr_json *item = pr_json_get(root, "item"), *night = pr_json_get(root, "night");
    out->before = pr_json_is(night, "before");
    if (!item || item->type != PR_JSON_STRING || (!out->before && !pr_json_is(night, "this")))
        return false;
    out->item = (pr_text){item->string, item->size};
    return read_time(pr_json_get(root, "since"), &out->since) && out->since != PRT_NO_INTEGER;
}

static bool grow(lines *l) {
    enum { LEAST = 256 };
    uint32_t room = l->room ? 2 * l->room : LEAST;
    line *larger = l->count == l->room ? realloc(l->all, room * sizeof *larger) : l->all;
    if (!larger)
        return false;
    l->room = l->count == l->room ? room : l->room;
    l->all = larger;
    return true;
}

/* PR_E_FORMAT without a sentence. */
static pr_status read_lines(const char *text, size_t size, pr_arena *arena, lines *out) {
    for (size_t at = 0, number = 0; at < size; number++) {
        const char *end = memchr(text + at, '\n', size - at);
        const pr_json *root;
        if (!end)
            return PR_E_FORMAT;
        PRT_TRY(pr_json_parse(text + at, (size_t)(end - text) - at, NULL, arena, &root, NULL));
        at = (size_t)(end - text) + 1;
        if (number == 0 && !read_head(root, out))
            return PR_E_FORMAT;
        if (number == 0)
            continue;
        if (!grow(out))
            return PR_E_MEMORY;
        if (!read_item(root, &out->all[out->count++]))
            return PR_E_FORMAT;
    }
    return out->night == PRT_NO_INTEGER ? PR_E_FORMAT : PR_OK;
}

static pr_status read_file(const char *path, pr_arena *arena, lines *out, pr_error *error) {
    char *text;
    size_t size;
    pr_error wrong = {0};
    *out = (lines){.night = PRT_NO_INTEGER, .before = PRT_NO_INTEGER};
    if (access(path, F_OK) != 0)
        return PR_OK;
    pr_status status = prt_file_read(path, MOST_FILE, &text, &size, &wrong);
    if (status == PR_OK) {
        status = read_lines(text, size, arena, out);
        free(text);
    }
    if (status == PR_E_MEMORY)
        return prt_fail_memory(error, "reading what was out of stock");
    if (status != PR_OK) {
        prt_log_warning("%s: cannot be used (%s), so that tonight nothing is known to be back in stock", path,
                        *wrong.message ? wrong.message : "it is no file of earlier nights");
        free(out->all);
        *out = (lines){.night = PRT_NO_INTEGER, .before = PRT_NO_INTEGER};
    }
    return PR_OK;
}

/* ---- comparing ---- */

static int by_id(const void *a, const void *b) {
    const line *x = a, *y = b;
    size_t common = x->item.size < y->item.size ? x->item.size : y->item.size;
    int order = common ? memcmp(x->item.bytes, y->item.bytes, common) : 0;
    return order ? order : (x->item.size > y->item.size) - (x->item.size < y->item.size);
}

/* NaN: not known. */
static double stock_of(const prt_column *stock, uint32_t item) {
    if (stock->type == PRT_REAL)
        return stock->reals[item];
    return stock->integers[item] == PRT_NO_INTEGER ? NAN : (double)stock->integers[item];
}

/* `last`: what the night before had left, by rising id. */
static void compare(const prt_dataset *dataset, const prt_column *stock, const line *last, uint32_t count, int64_t now,
                    prt_shelf *s) {
    for (uint32_t i = 0; i < s->items; i++) {
        const line wanted = {.item = id_of(dataset, i)};
        const line *was = count ? bsearch(&wanted, last, count, sizeof *last, by_id) : NULL;
        double units = stock_of(stock, i);
        s->out[i] = isnan(units) ? was != NULL : units <= 0;
        bool back = was && !s->out[i];
        s->missed[i] = back ? was->since : PRT_NO_INTEGER;
        s->back += back;
        s->out_from[i] = !s->out[i]                          ? PRT_NO_INTEGER
                         : was                               ? was->since
                         : s->before_night != PRT_NO_INTEGER ? s->before_night
                                                             : now;
    }
}

static bool make_room(const prt_dataset *dataset, prt_shelf *s) {
    s->items = dataset->items.count;
    s->out = calloc(s->items + (size_t)1, sizeof *s->out);
    s->missed = malloc((s->items + (size_t)1) * sizeof *s->missed);
    s->out_from = malloc((s->items + (size_t)1) * sizeof *s->out_from);
    for (uint32_t i = 0; s->missed && s->out_from && i < s->items; i++)
        s->missed[i] = s->out_from[i] = PRT_NO_INTEGER;
    return s->out && s->missed && s->out_from;
}

/* What this night begins with: of the file's two nights the one before this. */
static pr_status take_before(const lines *given, int64_t now, line *last, prt_shelf *s, pr_error *error) {
    bool again = given->night != PRT_NO_INTEGER && prt_day_of(given->night) == prt_day_of(now);
    s->before_night = again ? given->before : given->night;
    s->before = pr_arena_array(&s->arena, given->count + 1u, sizeof *s->before);
    s->before_from = pr_arena_array(&s->arena, given->count + 1u, sizeof *s->before_from);
    if (!s->before || !s->before_from)
        return prt_fail_memory(error, "reading what was out of stock");
    for (uint32_t i = 0; i < given->count; i++) {
        if (given->all[i].before != again)
            continue;
        s->before[s->before_count] = given->all[i].item;
        s->before_from[s->before_count] = given->all[i].since;
        last[s->before_count++] = given->all[i];
    }
    if (s->before_count)
        qsort(last, s->before_count, sizeof *last, by_id);
    return PR_OK;
}

/* The one that is given, else one of 32 random bytes. */
static pr_status take_secret(pr_text given, char out[PRT_MAIL_SECRET + 1], pr_error *error) {
    unsigned char bytes[PRT_MAIL_SECRET / 2];
    if (given.size)
        memcpy(out, given.bytes, PRT_MAIL_SECRET);
    else if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return prt_fail(error, PR_E_IO,
                        "campaigns: the system gives no random numbers, of which the mails' ids need "
                        "some; try again later");
    for (size_t i = 0; !given.size && i < PRT_MAIL_SECRET; i++)
        out[i] = "0123456789abcdef"[i % 2 ? bytes[i / 2] & 15 : bytes[i / 2] >> 4];
    return PR_OK;
}

pr_status prt_shelf_read(const prt_config *config, const prt_dataset *dataset, const char *path, int64_t now,
                         prt_shelf *out, pr_error *error) {
    const prt_column *stock =
        config->campaigns.stock ? prt_column_find(&dataset->items, config->campaigns.stock) : NULL;
    lines given;
    *out = (prt_shelf){.before_night = PRT_NO_INTEGER};
    pr_arena_init(&out->arena, NULL, 0);
    PRT_TRY(read_file(path, &out->arena, &given, error));
    line *last = malloc((given.count + (size_t)1) * sizeof *last);
    pr_status status = last && make_room(dataset, out) ? take_before(&given, now, last, out, error)
                                                       : prt_fail_memory(error, "reading what was out of stock");
    if (status == PR_OK)
        status = take_secret(given.secret, out->secret, error);
    if (status == PR_OK && stock)
        compare(dataset, stock, last, out->before_count, now, out);
    free(last);
    free(given.all);
    return status;
}

void prt_shelf_free(prt_shelf *shelf) {
    free(shelf->out);
    free(shelf->missed);
    free(shelf->out_from);
    pr_arena_free(&shelf->arena);
    *shelf = (prt_shelf){0};
}

/* ---- writing ---- */

static void put_time(pr_writer *w, const char *key, int64_t time) {
    pr_write_key(w, key);
    if (time == PRT_NO_INTEGER)
        pr_write_null(w);
    else
        pr_write_integer(w, time);
}

static void put_line(pr_text item, int64_t since, const char *night, pr_buffer *out) {
    pr_writer w = {.out = out};
    pr_write_object(&w);
    pr_write_key(&w, "item");
    pr_write_string(&w, item.bytes, item.size);
    put_time(&w, "since", since);
    pr_write_key(&w, "night");
    pr_write_text(&w, night);
    pr_write_end_object(&w);
    pr_buffer_append(out, "\n", 1);
}

void prt_shelf_write(const prt_shelf *s, const prt_dataset *dataset, int64_t now, pr_buffer *out) {
    pr_writer w = {.out = out};
    pr_write_object(&w);
    pr_write_key(&w, "version");
    pr_write_integer(&w, 1);
    put_time(&w, "night", now);
    put_time(&w, "before", s->before_night);
    pr_write_key(&w, "secret");
    pr_write_text(&w, s->secret);
    pr_write_end_object(&w);
    pr_buffer_append(out, "\n", 1);
    for (uint32_t i = 0; i < s->items; i++) {
        if (s->out[i])
            put_line(id_of(dataset, i), s->out_from[i], "this", out);
    }
    for (uint32_t i = 0; i < s->before_count; i++)
        put_line(s->before[i], s->before_from[i], "before", out);
}
