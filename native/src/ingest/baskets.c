/* Baskets: each line holds ids of items, as many as there are. */
#include "exclude.h"
#include "field_check.h"
#include "row_reasons.h"
#include "sinks.h"

#include <stdlib.h>
#include <string.h>

static bool make_room(prt_basket_sink *s, uint32_t values) {
    enum { LEAST = 1024 };
    prt_baskets *b = &s->baskets;
    uint32_t room = s->room ? s->room * 2 : LEAST;
    uint64_t needed = (uint64_t)b->item_count + values;
    if (b->count + 1 >= s->room) {
        if (room < s->room || !prt_resize(&b->offsets, room, sizeof *b->offsets))
            return false;
        s->room = room;
        b->offsets[0] = 0;
    }
    if (needed <= s->items_room)
        return true;
    needed = needed * 2 + LEAST;
    if (needed >= UINT32_MAX || !prt_resize(&b->items, needed, sizeof *b->items))
        return false;
    s->items_room = (uint32_t)needed;
    return true;
}

static const char *check_entry(const prt_basket_sink *s, prt_piece *piece, const prt_field *f) {
    if (f->size > PRT_MOST_ID || prt_check_text(f->bytes, f->size))
        return prt_say_unknown(piece, "an entry", f, "");
    if (s->open_items || prt_idmap_find(&s->items->ids, f->bytes, f->size) != PRT_NONE)
        return NULL;
    return prt_say_unknown(piece, "the entry", f, "is not one of the items");
}

/* The entry without blanks around it, MISSING when there is none or it is no item. */
static prt_field entry_of(const prt_basket_sink *s, const prt_field *field) {
    prt_field f = prt_field_trim(field);
    if (f.size && prt_excludes(&s->items->config->exclude, &f))
        f.kind = PRT_FIELD_MISSING;
    return f;
}

/* All entries are looked at before any is added: a wrong line adds no items. */
static const char *check_row(const prt_basket_sink *s, prt_piece *piece, const prt_field *fields) {
    uint32_t entries = 0;
    for (uint32_t i = 0; i < piece->values; i++) {
        prt_field f = entry_of(s, &fields[i]);
        const char *wrong = f.size && f.kind != PRT_FIELD_MISSING ? check_entry(s, piece, &f) : NULL;
        if (wrong)
            return wrong;
        entries += f.size > 0; /* a basket of nothing but postage is no mistake */
    }
    return entries ? NULL : "has no entries";
}

static bool add_entry(prt_basket_sink *s, const prt_field *f) {
    prt_baskets *b = &s->baskets;
    uint32_t item = prt_idmap_find(&s->items->ids, f->bytes, f->size);
    if (item == PRT_NONE && !prt_entity_sink_add(s->items, f->bytes, f->size, &item))
        return false;
    b->items[b->item_count++] = item;
    return true;
}

static const char *take_row(void *context, prt_piece *piece, const prt_field *fields) {
    prt_basket_sink *s = context;
    prt_baskets *b = &s->baskets;
    uint32_t before = b->item_count;
    const char *wrong = check_row(s, piece, fields);
    if (wrong)
        return wrong;
    bool ok = make_room(s, piece->values);
    for (uint32_t i = 0; ok && i < piece->values; i++) {
        prt_field f = entry_of(s, &fields[i]);
        s->excluded += f.size > 0 && f.kind == PRT_FIELD_MISSING;
        ok = f.kind == PRT_FIELD_MISSING || add_entry(s, &f);
    }
    if (!ok)
        piece->out_of_memory = true;
    else if (b->item_count > before)
        b->offsets[++b->count] = b->item_count;
    return NULL;
}

void prt_basket_sink_open(prt_basket_sink *s, prt_entity_sink *items, bool open_items) {
    s->sink = (prt_sink){.context = s, .in_order = true, .row = take_row};
    s->items = items;
    s->open_items = open_items;
}

pr_status prt_basket_sink_finish(prt_basket_sink *s, prt_baskets *out, pr_error *error) {
    /* A file without rows has arrays too. */
    if (!make_room(s, 1))
        return prt_fail_memory(error, "laying out the baskets");
    *out = s->baskets;
    s->baskets = (prt_baskets){0};
    return PR_OK;
}

void prt_basket_sink_close(prt_basket_sink *s) {
    free(s->baskets.offsets);
    free(s->baskets.items);
    *s = (prt_basket_sink){0};
}
