/* Reading a log of interactions. What a row may hold is what the route takes. */
#include "interaction_log.h"
#include "fail.h"
#include "field_check.h"
#include "progress.h"
#include "row_reasons.h"
#include "sinks.h"
#include "sources.h"

#include <inttypes.h>
#include <stdlib.h>

enum { CHUNK = 1 << 18, DAY = 86400, MOST_REQUEST = 64, MOST_SHOWN = 1000, MOST_POSITION = 1000000 };

/* What stands in a row. */
enum { USER, TYPE, ITEM, TIME, REQUEST, POSITION, CONTEXT, QUANTITY, PRICE, SHOWN, CAMPAIGN, COLUMNS };

const char *const prt_place_names[PRT_PLACES] = {"homepage", "product_page", "category_page",
                                                 "cart",     "search",       "email"};

static const char *const NAMES[PRT_INTERACTION_TYPES] = {
#define NAME(name, kept) #name,
    PRT_INTERACTION_LIST(NAME)
#undef NAME
};

typedef struct rows {
    prt_interaction_log *out;
    int64_t latest;
    prt_wanted wanted[COLUMNS];
    uint32_t wanted_count;
    int32_t column[COLUMNS]; /* -1: not there */
} rows;

static const prt_field *field_of(const rows *r, const prt_field *f, int what) {
    return r->column[what] < 0 || f[r->column[what]].kind == PRT_FIELD_MISSING ? NULL : &f[r->column[what]];
}

static const char *say(const rows *r, prt_piece *piece, int what, const prt_field *row, const char *why) {
    return prt_say_wrong(piece, r->wanted[r->column[what]].column, &row[r->column[what]], why);
}

/* ---- cells ---- */

static bool is_name(const prt_field *f, const char *name) {
    return f->kind == PRT_FIELD_TEXT && strlen(name) == f->size && memcmp(name, f->bytes, f->size) == 0;
}

static bool is_id(const prt_field *f) {
    return f && f->kind == PRT_FIELD_TEXT && f->size <= PRT_MOST_ID && !prt_check_text(f->bytes, f->size);
}

static bool is_request(const prt_field *f) {
    if (f->kind != PRT_FIELD_TEXT || f->size > MOST_REQUEST)
        return false;
    for (uint32_t i = 0; i < f->size; i++) {
        char c = f->bytes[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (!c || !strchr("-_.:", c)))
            return false;
    }
    return true;
}

static const char *read_type(const rows *r, prt_piece *piece, const prt_field *row, prt_interaction *out) {
    for (out->type = 0; out->type < PRT_INTERACTION_TYPES; out->type++) {
        if (is_name(&row[r->column[TYPE]], NAMES[out->type]))
            return NULL;
    }
    return say(r, piece, TYPE, row, "is no interaction, such as VIEW or RECOMMENDATION_CLICK");
}

static const char *read_time(const rows *r, prt_piece *piece, const prt_field *row, prt_interaction *out) {
    const prt_field *f = &row[r->column[TIME]];
    if (f->kind != PRT_FIELD_TEXT || !prt_parse_time(f->bytes, f->size, &out->time))
        return say(r, piece, TIME, row, "is not a time (ISO 8601 or Unix seconds)");
    return out->time <= r->latest ? NULL : say(r, piece, TIME, row, "lies in the future");
}

static const char *read_context(const rows *r, prt_piece *piece, const prt_field *row, prt_interaction *out) {
    const prt_field *f = field_of(r, row, CONTEXT);
    for (out->context = 0; f && out->context < PRT_PLACES; out->context++) {
        if (is_name(f, prt_place_names[out->context]))
            return NULL;
    }
    out->context = PRT_NO_PLACE;
    return f ? say(r, piece, CONTEXT, row, "is not homepage, product_page, category_page, cart, search or email")
             : NULL;
}

/* A number above 0 (or 0, where `zero`), up to `most`; 0 when it is not said. */
static const char *read_number(const rows *r, prt_piece *piece, const prt_field *row, int what, bool zero, double most,
                               const char *why, double *out) {
    const prt_field *f = field_of(r, row, what);
    *out = 0;
    if (!f)
        return NULL;
    if (f->kind != PRT_FIELD_TEXT || !prt_parse_real(f->bytes, f->size, out) || *out > most || *out < 0 ||
        (*out == 0 && !zero))
        return say(r, piece, what, row, why);
    return NULL;
}

static const char *read_amounts(const rows *r, prt_piece *piece, const prt_field *row, prt_interaction *out) {
    const char *wrong =
        read_number(r, piece, row, QUANTITY, false, 1e6, "is no quantity above 0 and up to 1,000,000", &out->quantity);
    return wrong ? wrong
                 : read_number(r, piece, row, PRICE, true, 1e9, "is no price from 0 to 1,000,000,000", &out->price);
}

static const char *read_place(const rows *r, prt_piece *piece, const prt_field *row, prt_interaction *out) {
    double position;
    const char *why = "is no place from 1 to 1,000,000",
               *wrong = read_number(r, piece, row, POSITION, false, MOST_POSITION, why, &position);
    out->position = (uint32_t)position;
    return wrong || out->position == position ? wrong : say(r, piece, POSITION, row, why);
}

/* How many products: a number, or the list itself. */
static const char *read_shown(const rows *r, prt_piece *piece, const prt_field *row, prt_interaction *out) {
    const prt_field *f = field_of(r, row, SHOWN);
    const char *why = "does not say how many products were shown, 1 to 1000";
    int64_t count = 0;
    if (out->type != PRT_DID_RECOMMENDATION_IMPRESSION)
        return NULL;
    if (f && f->kind == PRT_FIELD_LIST)
        count = f->list->size;
    else if (f && f->kind == PRT_FIELD_TEXT && !prt_parse_integer(f->bytes, f->size, &count))
        count = 0;
    out->shown = (uint32_t)count;
    if (count >= 1 && count <= MOST_SHOWN)
        return NULL;
    return r->column[SHOWN] < 0 ? "an impression does not say how many products were shown"
                                : say(r, piece, SHOWN, row, why);
}

/* ---- rows ---- */

/* The list that it began in: by its request, or by the mail. */
static const char *read_request(const rows *r, prt_piece *piece, const prt_field *row, const prt_interaction *read,
                                const prt_field **out) {
    const prt_field *campaign = field_of(r, row, CAMPAIGN);
    int what = field_of(r, row, REQUEST) || !campaign ? REQUEST : CAMPAIGN;
    bool needed = read->type == PRT_DID_RECOMMENDATION_IMPRESSION || read->type == PRT_DID_RECOMMENDATION_CLICK;
    *out = field_of(r, row, what);
    if (!*out)
        return needed ? "an impression or click on a recommendation does not say of which request it is" : NULL;
    return is_request(*out) ? NULL : say(r, piece, what, row, "is not 1 to 64 letters, digits and . _ : -");
}

static bool number_of(prt_idmap *map, const prt_field *f, uint32_t *out) {
    bool added;
    *out = PRT_NONE;
    return !f || prt_idmap_add(map, f->bytes, f->size, out, &added);
}

static bool note_campaign(prt_interaction_log *log, uint32_t request, const prt_field *campaign) {
    while (log->requests.ids.count > log->campaign_room) {
        uint32_t room = log->campaign_room ? 2 * log->campaign_room : 1024;
        if (!prt_resize(&log->campaign_of, room, sizeof *log->campaign_of))
            return false;
        memset(log->campaign_of + log->campaign_room, 0xFF, (room - log->campaign_room) * sizeof *log->campaign_of);
        log->campaign_room = room;
    }
    if (request == PRT_NONE || !campaign || log->campaign_of[request] != PRT_NONE)
        return true;
    return number_of(&log->campaigns, campaign, &log->campaign_of[request]);
}

static bool store(rows *r, const prt_field *row, const prt_field *request, prt_interaction *read) {
    prt_interaction_log *log = r->out;
    const prt_field *campaign = field_of(r, row, CAMPAIGN);
    bool listed = read->type == PRT_DID_RECOMMENDATION_IMPRESSION;
    if (!number_of(&log->users, &row[r->column[USER]], &read->user) ||
        !number_of(&log->items, listed ? NULL : &row[r->column[ITEM]], &read->item) ||
        !number_of(&log->requests, request, &read->request) ||
        !note_campaign(log, read->request, is_id(campaign) ? campaign : NULL))
        return false;
    if (log->count == log->room) {
        uint64_t room = log->room ? 2 * log->room : 4096;
        if (!prt_resize(&log->rows, room, sizeof *log->rows))
            return false;
        log->room = room;
    }
    read->order = log->count;
    log->rows[log->count++] = *read;
    return true;
}

static const char *take_row(void *context, prt_piece *piece, const prt_field *row) {
    rows *r = context;
    prt_interaction read = {.context = PRT_NO_PLACE};
    const prt_field *request;
    const char *wrong;
    if (!is_id(&row[r->column[USER]]))
        return prt_say_unknown(piece, r->wanted[r->column[USER]].column, &row[r->column[USER]], "");
    if ((wrong = read_type(r, piece, row, &read)) || (wrong = read_time(r, piece, row, &read)) ||
        (wrong = read_context(r, piece, row, &read)) || (wrong = read_place(r, piece, row, &read)) ||
        (wrong = read_amounts(r, piece, row, &read)) || (wrong = read_shown(r, piece, row, &read)) ||
        (wrong = read_request(r, piece, row, &read, &request)))
        return wrong;
    if (read.type != PRT_DID_RECOMMENDATION_IMPRESSION && !is_id(&row[r->column[ITEM]]))
        return prt_say_unknown(piece, r->wanted[r->column[ITEM]].column, &row[r->column[ITEM]], "");
    piece->out_of_memory |= !store(r, row, request, &read);
    return NULL;
}

static void want(rows *r, int what, const char *column, const char *key, bool needed) {
    r->column[what] = column ? (int32_t)r->wanted_count : -1;
    if (column)
        r->wanted[r->wanted_count++] = (prt_wanted){column, key, needed};
}

static void want_all(rows *r, const prt_interactions_config *c) {
    bool needed = !c->lenient;
    want(r, USER, c->user, "interactions.user", true);
    want(r, TYPE, c->type, "interactions.type", true);
    want(r, ITEM, c->item, "interactions.item", needed);
    want(r, TIME, c->time, "interactions.time", true);
    want(r, REQUEST, c->request, "interactions.request", needed);
    want(r, POSITION, c->position, "interactions.position", needed);
    want(r, CONTEXT, c->context, "interactions.context", needed);
    want(r, QUANTITY, c->quantity, "interactions.quantity", needed);
    want(r, PRICE, c->price, "interactions.price", needed);
    want(r, SHOWN, c->shown, "interactions.shown", needed);
    want(r, CAMPAIGN, c->campaign, "interactions.campaign", needed);
}

/* ---- all ---- */

static int by_user(const void *a, const void *b) {
    const prt_interaction *x = a, *y = b;
    if (x->user != y->user)
        return x->user < y->user ? -1 : 1;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

pr_status prt_interaction_log_read(const prt_interactions_config *config, double limit, int64_t now,
                                   prt_interaction_log *out, pr_error *error) {
    *out = (prt_interaction_log){0};
    rows r = {.out = out, .latest = now - now % DAY + 2 * DAY - 1};
    prt_sink sink = {.context = &r, .in_order = true, .row = take_row};
    prt_rejects wrong = {.path = NULL};
    want_all(&r, config);
    prt_reading reading = {.source = &config->source,
                           .wanted = r.wanted,
                           .wanted_count = r.wanted_count,
                           .sink = &sink,
                           .rejects = &wrong,
                           .threads = 1,
                           .chunk_bytes = CHUNK,
                           .lenient = config->lenient,
                           .error = error};
    pr_status status = prt_source_read(&reading, limit);
    pr_status closed = prt_rejects_close(&wrong, status == PR_OK ? error : NULL);
    out->rejected = wrong.total;
    if (status == PR_OK && wrong.of_source)
        prt_log_warning("interactions: %" PRIu64 " of %" PRIu64 " rows are wrong and were left out; the first: %s",
                        wrong.of_source, reading.rows, wrong.reasons[0]);
    if (status == PR_OK && out->count)
        qsort(out->rows, out->count, sizeof *out->rows, by_user);
    return status == PR_OK ? closed : status;
}

void prt_interaction_log_free(prt_interaction_log *log) {
    free(log->rows);
    free(log->campaign_of);
    prt_idmap_free(&log->users);
    prt_idmap_free(&log->items);
    prt_idmap_free(&log->requests);
    prt_idmap_free(&log->campaigns);
    *log = (prt_interaction_log){0};
}

pr_text prt_interaction_log_campaign(void *context, pr_text request) {
    const prt_interaction_log *log = context;
    uint32_t at = prt_idmap_look_up(&log->requests, request.bytes, request.size);
    uint32_t campaign = at == PRT_NONE ? PRT_NONE : log->campaign_of[at];
    const prt_text_pool *ids = &log->campaigns.ids;
    return campaign == PRT_NONE ? (pr_text){"", 0}
                                : (pr_text){ids->bytes + ids->offsets[campaign],
                                            (size_t)(ids->offsets[campaign + (size_t)1] - ids->offsets[campaign])};
}
