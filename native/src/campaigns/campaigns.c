/* Blocks of users, in the order of their ids, on all threads; lines are written in that order. */
#include "campaigns.h"
#include "fail.h"
#include "mail_line.h"
#include "named_users.h"
#include "own_file.h"
#include "parallel.h"
#include "private_file.h"
#include "progress.h"
#include "textfile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 4096, MOST_THREADS = 256, PATH_SIZE = 4096 };

struct prt_campaigns {
    prt_night night;
    prt_states states;
    prt_mail_people people;
    prt_shelf shelf;
    prt_config config; /* a copy in which `default` may be stricter */
    prt_idmap items;
    uint8_t *is_new;
    prt_named_users named;
    char *bundle;
    char out[PATH_SIZE], carts[PATH_SIZE], state[PATH_SIZE];
};

/* ---- paths ---- */

/* `path` with the night's day in the place of {date}. */
static pr_status fill_in_date(const char *path, int64_t now, char out[PATH_SIZE], pr_error *error) {
    static const char date[] = "{date}";
    char day[32];
    size_t used = 0;
    prt_moment_write(now, day);
    for (; *path && used + 16 < PATH_SIZE; path++) {
        bool here = strncmp(path, date, sizeof date - 1) == 0;
        memcpy(out + used, here ? day : path, here ? 10 : 1);
        used += here ? 10 : 1;
        path += here ? sizeof date - 2 : 0;
    }
    out[used] = 0;
    return *path ? prt_fail(error, PR_E_IO, "%s: this path is too long; use a shorter one", out) : PR_OK;
}

static pr_status check_place(const char *path, const prt_campaign_places *places, const char *key, pr_error *error) {
    if (!path)
        return PR_OK;
    PRT_TRY(prt_own_file_check(path, places->bundle, key, error));
    return prt_own_file_check(path, places->site, key, error);
}

static pr_status find_places(prt_campaigns *c, const prt_campaign_places *places, pr_error *error) {
    const prt_campaigns_config *given = &c->config.campaigns;
    PRT_TRY(fill_in_date(places->out ? places->out : given->out, c->night.now, c->out, error));
    PRT_TRY(fill_in_date(given->carts, c->night.now, c->carts, error));
    PRT_TRY(fill_in_date(given->state, c->night.now, c->state, error));
    PRT_TRY(check_place(c->out, places, places->out ? "--out" : "campaigns.out", error));
    PRT_TRY(check_place(c->carts, places, "campaigns.carts", error));
    PRT_TRY(check_place(c->state, places, "campaigns.state", error));
    PRT_TRY(check_place(given->rejects, places, "campaigns.rejects", error));
    c->bundle = strdup(places->bundle);
    return c->bundle ? PR_OK : prt_fail_memory(error, "preparing campaigns");
}

/* ---- users and items ---- */

static bool list_new(prt_campaigns *c) {
    const prt_campaigns_config *config = &c->config.campaigns;
    const prt_entities *items = &c->night.dataset->items;
    const prt_column *arrived = config->arrived ? prt_column_find(items, config->arrived) : NULL;
    int64_t today = prt_day_of(c->night.now);
    c->is_new = calloc(items->count + (size_t)1, 1);
    for (uint32_t i = 0; c->is_new && arrived && i < items->count; i++) {
        int64_t day = arrived->integers[i];
        c->is_new[i] =
            day != PRT_NO_INTEGER && day <= today && today - day <= (int64_t)config->new_days && !c->shelf.out[i];
        c->night.new_count += c->is_new[i];
    }
    c->night.is_new = c->is_new;
    return c->is_new;
}

static uint32_t weekday_of(int64_t now) {
    int64_t day = (prt_day_of(now) + 3) % 7; /* 1970-01-01 was a Thursday */
    return (uint32_t)(day < 0 ? day + 7 : day);
}

static bool makes(const prt_campaigns_config *config, prt_campaign_kind kind) {
    uint32_t k = 0;
    while (k < config->kind_count && config->kinds[k] != kind)
        k++;
    return k < config->kind_count;
}

static void warn(const prt_config *config, const prt_campaign_places *places) {
    const prt_campaigns_config *c = &config->campaigns;
    if (places->out && c->own_sent)
        prt_log_warning("--out %s: mails in this file do not count for the caps of later nights, which look for those "
                        "of campaigns.out; name campaigns.sent",
                        places->out);
    if (c->forgets)
        prt_log_warning(
            "campaigns.out has no {date}, so that each night replaces the last one's file and mails before it "
            "do not count for the caps; write {date} into it, or name campaigns.sent");
    if (!c->stock && makes(c, PRT_CAMPAIGN_back_in_stock))
        prt_log_warning(
            "campaigns: no column says what is in stock, so that nothing can be back; name campaigns.stock or "
            "take back_in_stock out of campaigns.kinds");
    if (!c->arrived && makes(c, PRT_CAMPAIGN_new_arrivals))
        prt_log_warning("campaigns: no column says when an item came in; name campaigns.new_arrivals.column or take "
                        "new_arrivals out of campaigns.kinds");
}

static pr_status prepare(prt_campaigns *c, const prt_campaign_places *places, pr_error *error) {
    prt_night *n = &c->night;
    PRT_TRY(find_places(c, places, error));
    warn(&c->config, places);
    PRT_TRY(prt_mail_people_read(&c->config, n->dataset, n->now, &c->people, error));
    c->config.campaigns.by_default &= !c->people.unknown_row;
    PRT_TRY(prt_shelf_read(&c->config, n->dataset, c->state, n->now, &c->shelf, error));
    PRT_TRY(prt_states_make_until(n->dataset, n->now, &c->states, error));
    *n = (prt_night){.config = &c->config,
                     .dataset = n->dataset,
                     .states = &c->states,
                     .people = &c->people,
                     .shelf = &c->shelf,
                     .digest = weekday_of(n->now) == c->config.campaigns.weekday,
                     .now = n->now,
                     .bundle = c->bundle};
    return prt_named_users_list(&c->config, n->dataset, &c->named) && list_new(c) &&
                   prt_idmap_fill(&c->items, &n->dataset->items.ids)
               ? PR_OK
               : prt_fail_memory(error, "preparing campaigns");
}

pr_status prt_campaigns_open(const prt_config *config, const prt_dataset *dataset, const prt_campaign_places *places,
                             int64_t now, prt_campaigns **out, pr_error *error) {
    *out = NULL;
    prt_campaigns *c = calloc(1, sizeof *c);
    if (!c)
        return prt_fail_memory(error, "preparing campaigns");
    c->config = *config;
    c->night = (prt_night){.dataset = dataset, .now = now};
    pr_status status = prepare(c, places, error);
    if (status != PR_OK) {
        prt_campaigns_close(c);
        return status;
    }
    *out = c;
    return PR_OK;
}

void prt_campaigns_close(prt_campaigns *c) {
    if (!c)
        return;
    prt_states_free(&c->states);
    prt_mail_people_free(&c->people);
    prt_shelf_free(&c->shelf);
    prt_idmap_free(&c->items);
    free(c->is_new);
    free(c->named.users);
    free(c->bundle);
    free(c);
}

/* ---- one user ---- */

typedef struct worker {
    prt_mail_asker asker;
    prt_trail trail;
    pr_arena lines; /* of a block */
    prt_reason reasons[PRT_MOST_REASONS];
    prt_mail_picks picks;
    prt_campaign_summary summary;
    pr_status status;
    uint32_t failed_at; /* place of the user at whom it failed */
    pr_error error;
} worker;

static prt_mail_rule enough(const prt_campaigns_config *config, prt_campaign_kind kind, const prt_mail_picks *picks) {
    bool about_items = kind == PRT_CAMPAIGN_abandoned_cart || kind == PRT_CAMPAIGN_back_in_stock;
    uint32_t least = config->least_new < picks->wanted ? config->least_new : picks->wanted;
    return kind == PRT_CAMPAIGN_new_arrivals && picks->count < least ? PRT_MAIL_too_few_new
           : !about_items && picks->count == 0                       ? PRT_MAIL_nothing_to_show
                                                                     : PRT_MAIL_GOES;
}

/* One kind for one user; *made is set when there is a mail. */
static pr_status make_mail(const prt_campaigns *c, worker *w, uint32_t user, prt_campaign_kind kind, uint32_t tonight,
                           pr_buffer *out, bool *made) {
    const prt_night *n = &c->night;
    const prt_preference *preference = &c->people.preferences[user];
    const prt_sent_mail *sent = c->people.sent_count ? c->people.sent + c->people.starts[user] : NULL;
    uint32_t count;
    bool wanted;
    prt_mail_rule reason = prt_mail_reasons(n, user, &w->trail, kind, &wanted, w->reasons, &count);
    *made = false;
    if (!wanted)
        return PR_OK;
    prt_mail_rule rule = prt_mail_consent(&c->config.campaigns, preference, kind);
    rule = rule ? rule : reason;
    if (!rule)
        rule = prt_mail_caps(&c->config.campaigns, preference, kind, sent,
                             c->people.starts[user + (size_t)1] - c->people.starts[user], tonight, n->now);
    if (!rule) {
        PRT_TRY(prt_mail_pick_all(&w->asker, &w->trail, kind, w->reasons, count, &w->picks, &w->error));
        rule = enough(&c->config.campaigns, kind, &w->picks);
    }
    w->summary.held_back[rule] += rule != PRT_MAIL_GOES;
    if (rule)
        return PR_OK;
    prt_mail_line(n, user, kind, w->reasons, count, &w->picks, out);
    w->summary.by_kind[kind]++;
    w->summary.mails++;
    *made = true;
    return PR_OK;
}

/* A user's lines. */
typedef struct lines {
    pr_text mails, carts;
} lines;

static pr_status serve_user(const prt_campaigns *c, worker *w, uint32_t user, lines *out) {
    pr_buffer mails = {.arena = &w->lines}, carts = {.arena = &w->lines};
    uint32_t tonight = 0;
    bool made;
    if (!prt_trail_read(&c->night, user, &w->trail))
        return prt_fail_memory(&w->error, "reading a user's events");
    PRT_TRY(prt_mail_asker_begin(&w->asker, user, &w->error));
    w->summary.carts += prt_cart_lines(&c->night, user, &w->trail, &carts);
    for (uint32_t k = 0; k < c->config.campaigns.kind_count; k++) {
        PRT_TRY(make_mail(c, w, user, c->config.campaigns.kinds[k], tonight, &mails, &made));
        tonight += made;
    }
    w->summary.people += tonight > 0;
    *out = (lines){{mails.bytes, mails.size}, {carts.bytes, carts.size}};
    return mails.failed || carts.failed ? prt_fail_memory(&w->error, "writing campaigns") : PR_OK;
}

/* ---- all ---- */

typedef struct run {
    const prt_campaigns *campaigns;
    int threads;
    worker *workers;
    uint32_t first, count; /* the block */
    lines *lines;          /* of its users */
    prt_private_file out, carts, state;
} run;

static void work(void *context, int thread) {
    run *r = context;
    worker *w = &r->workers[thread];
    pr_arena_reset(&w->lines);
    for (uint32_t i = (uint32_t)thread; i < r->count && w->status == PR_OK; i += (uint32_t)r->threads) {
        w->failed_at = r->first + i;
        w->status = serve_user(r->campaigns, w, r->campaigns->named.users[r->first + i], &r->lines[i]);
    }
}

/* Of several failures that of the first user, whatever the number of threads. */
static pr_status check_workers(const run *r, pr_error *error) {
    const worker *failed = NULL;
    for (int t = 0; t < r->threads; t++) {
        if (r->workers[t].status != PR_OK && (!failed || r->workers[t].failed_at < failed->failed_at))
            failed = &r->workers[t];
    }
    if (failed && error)
        *error = failed->error;
    return failed ? failed->status : PR_OK;
}

static pr_status write_block(run *r, pr_error *error) {
    for (uint32_t i = 0; i < r->count; i++) {
        if (r->lines[i].mails.size)
            PRT_TRY(prt_private_write(&r->out, r->lines[i].mails.bytes, r->lines[i].mails.size, error));
        if (r->lines[i].carts.size)
            PRT_TRY(prt_private_write(&r->carts, r->lines[i].carts.bytes, r->lines[i].carts.size, error));
    }
    return PR_OK;
}

static pr_status write_state(run *r, pr_error *error) {
    const prt_campaigns *c = r->campaigns;
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    pr_buffer out = {.arena = &arena};
    prt_shelf_write(&c->shelf, c->night.dataset, c->night.now, &out);
    pr_status status = out.failed ? prt_fail_memory(error, "writing what is out of stock")
                                  : prt_private_write(&r->state, out.bytes, out.size, error);
    pr_arena_free(&arena);
    return status;
}

static pr_status write_all(run *r, pr_error *error) {
    uint32_t users = r->campaigns->named.count;
    for (r->first = 0; r->first < users; r->first += r->count) {
        r->count = users - r->first < BLOCK ? users - r->first : BLOCK;
        prt_parallel(r->threads, work, r);
        PRT_TRY(check_workers(r, error));
        PRT_TRY(write_block(r, error));
        prt_log_progress("campaigns", r->first + r->count, users);
    }
    PRT_TRY(write_state(r, error));
    prt_private_file *const files[] = {&r->carts, &r->out, &r->state}; /* the state last: a run that is killed before
                                                                         is made again as it was */
    for (size_t i = 0; i < PRT_COUNT(files); i++)
        PRT_TRY(prt_private_finish(files[i], error));
    for (size_t i = 0; i < PRT_COUNT(files); i++)
        PRT_TRY(prt_private_commit(files[i], error));
    return PR_OK;
}

static pr_status open_all(run *r, pr_error *error) {
    r->workers = calloc((size_t)r->threads, sizeof *r->workers);
    r->lines = calloc(BLOCK, sizeof *r->lines);
    if (!r->workers || !r->lines)
        return prt_fail_memory(error, "making campaigns");
    PRT_TRY(prt_private_open(r->campaigns->out, &r->out, error));
    PRT_TRY(prt_private_open(r->campaigns->carts, &r->carts, error));
    PRT_TRY(prt_private_open(r->campaigns->state, &r->state, error));
    for (int t = 0; t < r->threads; t++) {
        pr_arena_init(&r->workers[t].lines, NULL, 0);
        PRT_TRY(prt_mail_asker_open(&r->campaigns->night, &r->campaigns->items, &r->workers[t].asker, error));
    }
    return PR_OK;
}

static void sum_up(const run *r, prt_campaign_summary *out) {
    *out = (prt_campaign_summary){.users = r->campaigns->named.count,
                                  .strangers = r->campaigns->people.strangers,
                                  .rejected = r->campaigns->people.rejected};
    for (int t = 0; t < r->threads; t++) {
        const prt_campaign_summary *s = &r->workers[t].summary;
        out->mails += s->mails;
        out->people += s->people;
        out->carts += s->carts;
        for (int k = 0; k < PRT_CAMPAIGNS; k++)
            out->by_kind[k] += s->by_kind[k];
        for (int rule = 0; rule < PRT_MAIL_RULES; rule++)
            out->held_back[rule] += s->held_back[rule];
    }
}

static void close_all(run *r) {
    for (int t = 0; r->workers && t < r->threads; t++) {
        prt_mail_asker_close(&r->workers[t].asker);
        prt_trail_free(&r->workers[t].trail);
        pr_arena_free(&r->workers[t].lines);
    }
    prt_private_drop(&r->out);
    prt_private_drop(&r->carts);
    prt_private_drop(&r->state);
    free(r->workers);
    free(r->lines);
}

pr_status prt_campaigns_write(prt_campaigns *campaigns, int threads, prt_campaign_summary *summary, pr_error *error) {
    threads = threads < 1 ? 1 : threads > MOST_THREADS ? MOST_THREADS : threads;
    run r = {.campaigns = campaigns, .threads = threads};
    pr_status status = open_all(&r, error);
    if (status == PR_OK)
        status = write_all(&r, error);
    if (status == PR_OK)
        sum_up(&r, summary);
    close_all(&r);
    return status;
}

/* ---- the summary ---- */

void prt_campaigns_say(const prt_campaign_summary *s) {
    char held[512] = "";
    size_t used = 0;
    for (int rule = PRT_MAIL_GOES + 1; rule < PRT_MAIL_RULES && used < sizeof held; rule++) {
        if (s->held_back[rule])
            used += (size_t)snprintf(held + used, sizeof held - used, "%s%" PRIu64 " by %s",
                                     used ? ", " : "; held back: ", s->held_back[rule],
                                     prt_mail_rule_name((prt_mail_rule)rule));
    }
    prt_log("campaigns", "%" PRIu64 " mails to %" PRIu64 " of %" PRIu64 " users, %" PRIu64 " carts left behind%s",
            s->mails, s->people, s->users, s->carts, held);
}

static void put_count(pr_writer *w, const char *key, uint64_t count) {
    pr_write_key(w, key);
    pr_write_integer(w, (int64_t)count);
}

void prt_campaigns_put(const prt_campaign_summary *s, pr_writer *w) {
    put_count(w, "users", s->users);
    put_count(w, "mails", s->mails);
    put_count(w, "people", s->people);
    put_count(w, "carts", s->carts);
    pr_write_key(w, "by_kind");
    pr_write_object(w);
    for (int k = 0; k < PRT_CAMPAIGNS; k++)
        put_count(w, prt_campaign_name((prt_campaign_kind)k), s->by_kind[k]);
    pr_write_end_object(w);
    pr_write_key(w, "held_back");
    pr_write_object(w);
    for (int rule = PRT_MAIL_GOES + 1; rule < PRT_MAIL_RULES; rule++)
        put_count(w, prt_mail_rule_name((prt_mail_rule)rule), s->held_back[rule]);
    pr_write_end_object(w);
    put_count(w, "strangers", s->strangers);
    put_count(w, "rejected", s->rejected);
}
