/* Rows of preferences: the strictest of a user's rows counts, and who has a wrong one gets no mail. */
#include "field_check.h"
#include "mail_rows.h"
#include "row_reasons.h"

#include <stdio.h>
#include <strings.h>

/* What stands in a row; opted-in columns of the kinds come last. */
enum { USER, UNSUBSCRIBED, OPTED_IN, ADDRESS, PER_DAY, PER_WEEK, HOUR, UTC_OFFSET, KINDS };

enum { MOST_ADDRESS = 320, MOST_CAP = 1000000 };

static const prt_field *field_of(const prt_mail_rows *r, const prt_field *f, int what) {
    return r->column[what] < 0 || f[r->column[what]].kind == PRT_FIELD_MISSING ? NULL : &f[r->column[what]];
}

static const char *say(const prt_mail_rows *r, prt_piece *piece, int what, const prt_field *f, const char *why) {
    return prt_say_wrong(piece, r->wanted[r->column[what]].column, f, why);
}

/* ---- cells ---- */

static bool parse_truth(const prt_field *f, bool *out) {
    static const char *const words[] = {"true", "yes", "1", "y", "t", "false", "no", "0", "n", "f"};
    for (size_t i = 0; f->kind == PRT_FIELD_TEXT && i < PRT_COUNT(words); i++) {
        if (strlen(words[i]) == f->size && strncasecmp(words[i], f->bytes, f->size) == 0) {
            *out = i < PRT_COUNT(words) / 2;
            return true;
        }
    }
    return false;
}

/* *said: does the row say something there? */
static const char *read_truth(const prt_mail_rows *r, prt_piece *piece, const prt_field *row, int what, bool *said,
                              bool *out) {
    const prt_field *given = field_of(r, row, what);
    prt_field f = given ? prt_field_trim(given) : (prt_field){.kind = PRT_FIELD_MISSING};
    *said = f.kind != PRT_FIELD_MISSING;
    return !*said || parse_truth(&f, out) ? NULL : say(r, piece, what, given, "is neither true nor false");
}

static const char *read_whole(const prt_mail_rows *r, prt_piece *piece, const prt_field *row, int what, int64_t most,
                              int32_t *out) {
    const prt_field *given = field_of(r, row, what);
    prt_field f = given ? prt_field_trim(given) : (prt_field){.kind = PRT_FIELD_MISSING};
    int64_t value;
    if (f.kind == PRT_FIELD_MISSING)
        return NULL;
    if (f.kind != PRT_FIELD_TEXT || !prt_parse_integer(f.bytes, f.size, &value) || value < 0 || value > most)
        return say(r, piece, what, given, most == 23 ? "is no hour from 0 to 23" : "is no whole number, 0 or more");
    *out = (int32_t)value;
    return NULL;
}

/* A file that is no zone's, whatever a user named, makes the row wrong; without a database or memory no row can be
 * judged. */
static void find_zone(prt_mail_rows *r, const prt_field *f, const prt_zone **out) {
    pr_error why = {0};
    pr_status status = prt_zones_find(&r->people->zones, f->bytes, f->size, out, &why);
    if (status == PR_E_MEMORY || (status != PR_OK && !prt_zones_have_database()))
        r->no_zones = why;
}

static const char *read_zone(prt_mail_rows *r, prt_piece *piece, const prt_field *row, const prt_zone **out) {
    const prt_field *given = field_of(r, row, UTC_OFFSET);
    prt_field f = given ? prt_field_trim(given) : (prt_field){.kind = PRT_FIELD_MISSING};
    if (f.kind == PRT_FIELD_MISSING)
        return NULL;
    if (f.kind == PRT_FIELD_TEXT && r->no_zones.code == PR_OK)
        find_zone(r, &f, out);
    return *out ? NULL
                : say(r, piece, UTC_OFFSET, given,
                      "is neither an offset from UTC, such as +05:30, nor a time zone of this machine, such as "
                      "Europe/Berlin");
}

/* Whether a mail arrives there is not for us to say; but it must be one line of text. The reason does not repeat it: it
 * is said on stderr, too. */
static const char *check_address(const prt_mail_rows *r, prt_piece *piece, const prt_field *row) {
    const prt_field *f = field_of(r, row, ADDRESS);
    bool fine = !f || (f->kind == PRT_FIELD_TEXT && f->size <= MOST_ADDRESS && !prt_check_text(f->bytes, f->size));
    for (uint32_t i = 0; fine && f && i < f->size; i++)
        fine = (unsigned char)f->bytes[i] >= ' ' && f->bytes[i] != 0x7f;
    if (fine)
        return NULL;
    snprintf(piece->reason, sizeof piece->reason, "%s is no address of at most 320 bytes without control characters",
             r->wanted[r->column[ADDRESS]].column);
    return piece->reason;
}

/* ---- rows ---- */

static const char *read_row(prt_mail_rows *r, prt_piece *piece, const prt_field *row, prt_preference *out) {
    bool said, unsubscribed = false, wanted = false;
    int32_t hour = PRT_NO_HOUR;
    const char *wrong = read_truth(r, piece, row, UNSUBSCRIBED, &said, &unsubscribed);
    out->unsubscribed = unsubscribed;
    if (wrong || (wrong = read_truth(r, piece, row, OPTED_IN, &out->said_any, &out->wants_any)))
        return wrong;
    for (int k = 0; k < PRT_CAMPAIGNS; k++, wanted = false) {
        if ((wrong = read_truth(r, piece, row, KINDS + k, &said, &wanted)))
            return wrong;
        out->said |= (uint8_t)(said << k);
        out->wanted |= (uint8_t)(wanted << k);
    }
    if ((wrong = read_whole(r, piece, row, PER_DAY, MOST_CAP, &out->per_day)) ||
        (wrong = read_whole(r, piece, row, PER_WEEK, MOST_CAP, &out->per_week)) ||
        (wrong = read_whole(r, piece, row, HOUR, 23, &hour)) || (wrong = read_zone(r, piece, row, &out->zone)))
        return wrong;
    out->hour = (int8_t)hour;
    return check_address(r, piece, row);
}

static int32_t least(int32_t a, int32_t b) {
    return a < b ? a : b;
}

/* What several rows say of one user: no counts more than yes, the first hour, zone and address stay. */
static void join(prt_preference *old, const prt_preference *new) {
    uint8_t refused = (uint8_t)((old->said & ~old->wanted) | (new->said & ~new->wanted));
    bool refused_any = (old->said_any && !old->wants_any) || (new->said_any && !new->wants_any);
    old->unsubscribed |= new->unsubscribed;
    old->said |= new->said;
    old->wanted = (uint8_t)((old->wanted | new->wanted) & ~refused);
    old->said_any |= new->said_any;
    old->wants_any = (old->wants_any || new->wants_any) && !refused_any;
    old->per_day = least(old->per_day, new->per_day);
    old->per_week = least(old->per_week, new->per_week);
    old->hour = old->hour == PRT_NO_HOUR ? new->hour : old->hour;
    old->zone = old->zone ? old->zone : new->zone;
}

static bool take_address(prt_mail_people *people, const prt_field *address, prt_preference *p) {
    if (!address || p->address_size)
        return true;
    p->address = people->addresses.size;
    p->address_size = address->size;
    return prt_text_pool_add(&people->addresses, address->bytes, address->size);
}

static const char *take_row(void *context, prt_piece *piece, const prt_field *row) {
    prt_mail_rows *r = context;
    prt_preference read = prt_no_preference;
    const prt_field *id = &row[r->column[USER]];
    if (id->kind != PRT_FIELD_TEXT || id->size > PRT_MOST_ID || prt_check_text(id->bytes, id->size))
        return prt_say_unknown(piece, r->wanted[r->column[USER]].column, id, "");
    uint32_t user = prt_idmap_find(&r->users, id->bytes, id->size);
    const char *wrong = read_row(r, piece, row, &read);
    prt_preference *p = user == PRT_NONE ? NULL : &r->people->preferences[user];
    r->blamed += wrong != NULL;
    if (wrong) {
        if (p) {
            p->unreadable = true;
            p->unsubscribed |= read.unsubscribed;
        }
        return wrong;
    }
    r->people->strangers += p == NULL;
    if (p) {
        join(p, &read);
        piece->out_of_memory |= !take_address(r->people, field_of(r, row, ADDRESS), p);
    }
    return NULL;
}

void prt_preference_rows(prt_mail_rows *r) {
    const prt_preferences_config *c = &r->config->campaigns.preferences;
    static const char *const keys[PRT_CAMPAIGNS] = {
#define KEY(name) "campaigns.preferences.kinds." #name,
        PRT_CAMPAIGN_LIST(KEY)
#undef KEY
    };
    prt_mail_want(r, USER, c->user, "campaigns.preferences.user");
    prt_mail_want(r, UNSUBSCRIBED, c->unsubscribed, "campaigns.preferences.unsubscribed");
    prt_mail_want(r, OPTED_IN, c->opted_in, "campaigns.preferences.opted_in");
    prt_mail_want(r, ADDRESS, c->address, "campaigns.preferences.address");
    prt_mail_want(r, PER_DAY, c->per_day, "campaigns.preferences.per_day");
    prt_mail_want(r, PER_WEEK, c->per_week, "campaigns.preferences.per_week");
    prt_mail_want(r, HOUR, c->hour, "campaigns.preferences.hour");
    prt_mail_want(r, UTC_OFFSET, c->utc_offset, "campaigns.preferences.utc_offset");
    for (int k = 0; k < PRT_CAMPAIGNS; k++)
        prt_mail_want(r, KINDS + k, c->kinds[k], keys[k]);
    r->sink = (prt_sink){.context = r, .in_order = true, .row = take_row};
}
