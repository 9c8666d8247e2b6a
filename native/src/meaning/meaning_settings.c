/* The manifest's settings.meaning. */
#include "item_meaning.h"

static void number(pr_writer *w, const char *key, double value) {
    pr_write_key(w, key);
    pr_write_number(w, value);
}

static void column(pr_writer *w, const char *key, const char *name) {
    if (!name)
        return;
    pr_write_key(w, key);
    pr_write_text(w, name);
}

/* Which encoder it was, and whether the bundle holds it. */
static void write_encoder(const char *key, const prt_loaded_encoder *loaded, prt_ship ship, pr_writer *w) {
    pr_write_key(w, key);
    pr_write_object(w);
    pr_write_key(w, "sha256");
    pr_write_text(w, loaded->sha256);
    number(w, "bits", pr_encoder_describe(loaded->encoder).bits);
    pr_write_key(w, "shipped");
    pr_write_bool(w, ship != PRT_SHIP_NOTHING);
    pr_write_end_object(w);
}

static void write_vectors(const prt_config *config, const prt_item_meaning *m, pr_writer *w) {
    pr_write_key(w, "vectors");
    pr_write_object(w);
    number(w, "dims", m->dims);
    number(w, "source", m->searched ? m->source : 0);
    number(w, "probes", m->probes);
    number(w, "pool", config->meaning.pool);
    number(w, "weight", config->meaning.fuse);
    pr_write_end_object(w);
    write_encoder("encoder", &m->loaded, config->meaning.ship, w);
}

static void write_stages(const prt_meaning_config *c, pr_writer *w) {
    pr_write_key(w, "weights");
    pr_write_object(w);
    number(w, "content", c->content);
    number(w, "collaborative", c->collaborative);
    number(w, "popularity", c->popularity);
    pr_write_end_object(w);
    number(w, "max_per_category", c->max_per_category);
    column(w, "category", c->category);
    column(w, "stock", c->stock);
    if (!c->arrived)
        return;
    pr_write_key(w, "new_arrivals");
    pr_write_object(w);
    column(w, "column", c->arrived);
    number(w, "days", c->new_days);
    number(w, "boost", c->new_boost);
    pr_write_end_object(w);
}

static void write_categories(const char *const *names, uint32_t count, pr_writer *w) {
    pr_write_key(w, "categories");
    pr_write_array(w);
    for (uint32_t i = 0; i < count; i++)
        pr_write_text(w, names[i]);
    pr_write_end_array(w);
}

void prt_meaning_write_settings(const prt_config *config, const prt_item_meaning *meaning,
                                const char *const *categories, uint32_t count, pr_writer *w) {
    pr_write_key(w, "meaning");
    pr_write_object(w);
    if (meaning->rows)
        write_vectors(config, meaning, w);
    if (meaning->cross.encoder)
        write_encoder("cross_encoder", &meaning->cross, config->meaning.ship_cross, w);
    write_stages(&config->meaning, w);
    if (count)
        write_categories(categories, count, w);
    pr_write_end_object(w);
}
