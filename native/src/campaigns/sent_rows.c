/* Rows of mails that went out in earlier nights. */
#include "field_check.h"
#include "mail_rows.h"
#include "row_reasons.h"
#include "sinks.h"

/* What stands in a row. */
enum { USER, KIND, TIME, ID };

/* One of ours, or PRT_CAMPAIGNS. */
static uint32_t kind_of(const prt_field *f) {
    uint32_t kind = 0;
    for (; kind < PRT_CAMPAIGNS; kind++) {
        const char *name = prt_campaign_name((prt_campaign_kind)kind);
        if (strlen(name) == f->size && memcmp(name, f->bytes, f->size) == 0)
            break;
    }
    return kind;
}

/* Did this night's earlier run make it? */
static bool is_of_tonight(const prt_mail_rows *r, const prt_field *row, uint32_t kind) {
    const prt_field *id = r->column[ID] < 0 ? NULL : &row[r->column[ID]];
    return id && id->kind == PRT_FIELD_TEXT && kind != PRT_CAMPAIGNS &&
           prt_campaign_id_is_of((pr_text){id->bytes, id->size}, (prt_campaign_kind)kind, r->now);
}

static bool add(prt_mail_rows *r, const prt_sent_mail *mail) {
    enum { LEAST = 1024 };
    prt_mail_people *people = r->people;
    if (people->sent_count == r->sent_room) {
        uint64_t room = r->sent_room ? 2 * r->sent_room : LEAST;
        if (!prt_resize(&people->sent, room, sizeof *people->sent))
            return false;
        r->sent_room = room;
    }
    people->sent[people->sent_count++] = *mail;
    return true;
}

static const char *take_row(void *context, prt_piece *piece, const prt_field *row) {
    prt_mail_rows *r = context;
    const prt_field *id = &row[r->column[USER]], *kind = &row[r->column[KIND]], *time = &row[r->column[TIME]];
    prt_sent_mail mail;
    if (id->kind != PRT_FIELD_TEXT || id->size > PRT_MOST_ID || prt_check_text(id->bytes, id->size))
        return prt_say_unknown(piece, r->wanted[r->column[USER]].column, id, "");
    if (kind->kind != PRT_FIELD_TEXT)
        return prt_say_wrong(piece, r->wanted[r->column[KIND]].column, kind, "");
    if (time->kind != PRT_FIELD_TEXT || !prt_parse_time(time->bytes, time->size, &mail.time))
        return prt_say_wrong(piece, r->wanted[r->column[TIME]].column, time,
                             "is not a time (ISO 8601 or Unix seconds)");
    mail.user = prt_idmap_find(&r->users, id->bytes, id->size);
    mail.kind = kind_of(kind);
    if (mail.user == PRT_NONE || prt_day_of(mail.time) > prt_day_of(r->now) || is_of_tonight(r, row, mail.kind))
        return NULL;
    piece->out_of_memory |= !add(r, &mail);
    return NULL;
}

void prt_sent_rows(prt_mail_rows *r) {
    const prt_sent_config *c = &r->config->campaigns.sent;
    prt_mail_want(r, USER, c->user, "campaigns.sent.user");
    prt_mail_want(r, KIND, c->kind, "campaigns.sent.kind");
    prt_mail_want(r, TIME, c->time, "campaigns.sent.time");
    prt_mail_want(r, ID, c->id, "campaigns.sent.id");
    r->sink = (prt_sink){.context = r, .in_order = true, .row = take_row};
}
