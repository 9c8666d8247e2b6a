/* JSON of mails and of carts left behind. */
#include "mail_line.h"
#include "pack.h"
#include "textfile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- members ---- */

static void put_text(pr_writer *w, const char *key, pr_text text) {
    pr_write_key(w, key);
    if (text.size)
        pr_write_string(w, text.bytes, text.size);
    else
        pr_write_null(w);
}

static void put_word(pr_writer *w, const char *key, const char *text) {
    pr_write_key(w, key);
    pr_write_text(w, text);
}

static void put_time(pr_writer *w, const char *key, int64_t time) {
    char text[32];
    pr_write_key(w, key);
    if (time == PRT_NO_INTEGER) {
        pr_write_null(w);
        return;
    }
    prt_moment_write(time, text);
    pr_write_text(w, text);
}

static void put_number(pr_writer *w, const char *key, double value) {
    pr_write_key(w, key);
    pr_write_number(w, value);
}

/* The shortest number that is the same float: 2.1, not 2.0999999. */
static double plain(float value) {
    char text[32];
    int digits = 6;
    do
        snprintf(text, sizeof text, "%.*g", digits, (double)value);
    while (strtof(text, NULL) != value && ++digits <= 9);
    return strtod(text, NULL);
}

/* ---- items ---- */

/* What it cost when it was put into the cart, else what it costs tonight; NaN: not known. */
static double price_of(const prt_night *n, uint32_t item, float noted) {
    const char *name = n->config->campaigns.price;
    const prt_column *column = name ? prt_column_find(&n->dataset->items, name) : NULL;
    if (noted > 0)
        return plain(noted);
    if (!column)
        return NAN;
    if (column->type == PRT_REAL)
        return column->reals[item];
    return column->integers[item] == PRT_NO_INTEGER ? NAN : (double)column->integers[item];
}

static void put_item(pr_writer *w, const prt_night *n, uint32_t item) {
    const prt_column *title = prt_column_find(&n->dataset->items, "title");
    put_text(w, "product_id", prt_string(&n->dataset->items.ids, item));
    put_text(w, "name", title ? prt_string(&title->texts, item) : (pr_text){"", 0});
}

static void put_user(pr_writer *w, const prt_night *n, uint32_t user) {
    put_text(w, "user_id", prt_string(&n->dataset->users.ids, user));
}

/* ---- mails ---- */

static void put_reasons(pr_writer *w, const prt_night *n, prt_campaign_kind kind, const prt_reason *reasons,
                        uint32_t count) {
    pr_write_key(w, "reason_items");
    pr_write_array(w);
    for (uint32_t i = 0; i < count; i++) {
        pr_write_object(w);
        put_item(w, n, reasons[i].item);
        put_number(w, "price", price_of(n, reasons[i].item, NAN));
        put_word(w, "reason", kind == PRT_CAMPAIGN_abandoned_cart ? "in_cart" : "back_in_stock");
        put_time(w, "at", reasons[i].at);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
}

static void put_picks(pr_writer *w, const prt_mail_picks *picks) {
    pr_write_key(w, "recommendations");
    pr_write_array(w);
    for (uint32_t i = 0; i < picks->count; i++) {
        const prt_mail_pick *pick = &picks->picks[i];
        pr_write_object(w);
        put_text(w, "product_id", pick->id);
        put_text(w, "name", pick->name);
        put_number(w, "price", pick->price);
        put_number(w, "position", i + 1);
        put_number(w, "score", pick->score);
        put_text(w, "reason", pick->reason);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
    put_number(w, "requested", picks->wanted);
    put_number(w, "returned", picks->count);
    put_word(w, "reason", picks->count < picks->wanted ? "catalogue_exhausted" : NULL);
}

void prt_mail_line(const prt_night *n, uint32_t user, prt_campaign_kind kind, const prt_reason *reasons,
                   uint32_t reason_count, const prt_mail_picks *picks, pr_buffer *out) {
    pr_writer writer = {.out = out}, *w = &writer;
    char id[PRT_CAMPAIGN_ID + 1];
    int64_t not_before, not_after;
    prt_campaign_id(n->shelf->secret, prt_string(&n->dataset->users.ids, user), kind, n->now, id);
    prt_mail_window(&n->config->campaigns, &n->people->preferences[user], n->people->zone, n->now, &not_before,
                    &not_after);
    pr_write_object(w);
    put_word(w, "campaign_id", id);
    put_word(w, "request_id", id);
    put_word(w, "context", "email");
    put_word(w, "kind", prt_campaign_name(kind));
    put_user(w, n, user);
    put_text(w, "address", prt_mail_address(n->people, user));
    put_time(w, "created_at", n->now);
    put_time(w, "not_before", not_before);
    put_time(w, "not_after", not_after);
    put_reasons(w, n, kind, reasons, reason_count);
    put_picks(w, picks);
    pr_write_end_object(w);
    pr_buffer_append(out, "\n", 1);
}

/* ---- carts ---- */

static double value_of(const prt_night *n, const prt_trail *t, const prt_left_cart *cart) {
    double value = NAN;
    for (uint32_t i = cart->first; i < cart->first + cart->count; i++) {
        double price = price_of(n, t->carts.items[i].item, t->carts.items[i].price);
        if (price == price)
            value = (value == value ? value : 0) + price * plain(t->carts.items[i].quantity);
    }
    return floor(value * 100 + 0.5) / 100;
}

static void put_cart(pr_writer *w, const prt_night *n, uint32_t user, const prt_trail *t, const prt_left_cart *cart) {
    pr_write_object(w);
    put_user(w, n, user);
    pr_write_key(w, "items");
    pr_write_array(w);
    for (uint32_t i = cart->first; i < cart->first + cart->count; i++) {
        const prt_left_item *left = &t->carts.items[i];
        pr_write_object(w);
        put_item(w, n, left->item);
        put_number(w, "quantity", plain(left->quantity));
        put_number(w, "price", price_of(n, left->item, left->price));
        put_time(w, "added_at", left->added);
        put_time(w, "bought_at", left->bought);
        pr_write_key(w, "removed");
        pr_write_bool(w, left->gone);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
    put_number(w, "value", value_of(n, t, cart));
    put_time(w, "last_event_at", cart->last);
    pr_write_key(w, "recovered");
    pr_write_bool(w, cart->recovered);
    pr_write_end_object(w);
}

uint32_t prt_cart_lines(const prt_night *n, uint32_t user, const prt_trail *t, pr_buffer *out) {
    const prt_campaigns_config *c = &n->config->campaigns;
    uint32_t count = 0;
    for (uint32_t k = 0; k < t->carts.cart_count; k++) {
        const prt_left_cart *cart = &t->carts.carts[k];
        int64_t age = n->now - cart->last;
        if (age < (int64_t)(c->after_hours * 3600) || age > (int64_t)(c->within_days * 86400))
            continue;
        pr_writer w = {.out = out};
        put_cart(&w, n, user, t, cart);
        pr_buffer_append(out, "\n", 1);
        count++;
    }
    return count;
}
