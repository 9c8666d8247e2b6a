/* Meaning: the encoder, the vectors, search by them, and four stages. Defaults, and what the schema cannot say. */
#include "config_reader.h"

#include <string.h>

enum { USUAL_RERANKED = 10000 };
enum { TEXTS = 1u << PRT_TEXT | 1u << PRT_CATEGORY | 1u << PRT_LIST };

/* Title, text, and every other column that holds free text. */
static pr_status list_texts(prt_config_reader *r, prt_name_list *out) {
    const prt_entity_config *items = &r->config->items;
    const char **names = prt_config_take(r, items->column_count + 2u, sizeof *names);
    if (!names)
        return prt_config_no_memory(r);
    *out = (prt_name_list){0, names};
    names[out->count++] = "title";
    if (items->text)
        names[out->count++] = "text";
    for (uint32_t i = 0; i < items->column_count; i++) {
        if (items->columns[i].type == PRT_TEXT)
            names[out->count++] = items->columns[i].name;
    }
    return PR_OK;
}

/* What may be put into the bundle: the position of a value of ship_encoder or ship_cross_encoder. */
static prt_ship read_ship(const pr_json *given) {
    static const char *const ships[] = {"int4", "int8", "float32"};
    static const prt_ship kinds[] = {PRT_SHIP_INT4, PRT_SHIP_INT8, PRT_SHIP_FLOAT32};
    const uint32_t ship = prt_config_position(given, ships, PRT_COUNT(ships));
    return ship < PRT_COUNT(kinds) ? kinds[ship] : PRT_SHIP_NOTHING;
}

static pr_status read_vectors(prt_config_reader *r, const pr_json *given, prt_meaning_config *out) {
    const pr_json *fuse = pr_json_get(given, "fuse"), *text = pr_json_get(given, "text");
    out->dims = (uint32_t)prt_config_number(given, "dims", 0);
    out->clusters = (uint32_t)prt_config_number(given, "clusters", 0);
    out->probes = (uint32_t)prt_config_number(given, "probes", 0);
    out->ship = read_ship(pr_json_get(given, "ship_encoder"));
    out->fuse = prt_config_number(fuse, "meaning", 0.7);
    out->pool = (uint32_t)prt_config_number(fuse, "pool", 1000);
    PRT_TRY(prt_config_path(r, "meaning.encoder", pr_json_get(given, "encoder"), &out->encoder));
    PRT_TRY(prt_config_path(r, "meaning.cache", pr_json_get(given, "cache"), &out->cache));
    return text ? prt_config_names(r, text, &out->text) : list_texts(r, &out->text);
}

static pr_status read_stages(prt_config_reader *r, const pr_json *given, prt_meaning_config *out) {
    const pr_json *weights = pr_json_get(given, "weights"), *arrivals = pr_json_get(given, "new_arrivals");
    out->content = prt_config_number(weights, "content", 0.5);
    out->collaborative = prt_config_number(weights, "collaborative", 0.3);
    out->popularity = prt_config_number(weights, "popularity", 0.2);
    out->max_per_category = (uint32_t)prt_config_number(given, "max_per_category", 3);
    out->new_days = (uint32_t)prt_config_number(arrivals, "days", 30);
    out->new_boost = prt_config_number(arrivals, "boost", 0.1);
    PRT_TRY(prt_config_text(r, pr_json_get(given, "category"), &out->category));
    PRT_TRY(prt_config_text(r, pr_json_get(given, "stock"), &out->stock));
    PRT_TRY(prt_config_text(r, pr_json_get(arrivals, "column"), &out->arrived));
    out->ship_cross = read_ship(pr_json_get(given, "ship_cross_encoder"));
    out->rerank_items = (uint32_t)prt_config_number(given, "rerank_items", USUAL_RERANKED);
    return prt_config_path(r, "meaning.cross_encoder", pr_json_get(given, "cross_encoder"), &out->cross_encoder);
}

pr_status prt_config_read_meaning(prt_config_reader *r, const pr_json *root) {
    const pr_json *given = pr_json_get(root, "meaning");
    r->config->has_meaning = given != NULL;
    if (!given)
        return PR_OK;
    PRT_TRY(read_vectors(r, given, &r->config->meaning));
    return read_stages(r, given, &r->config->meaning);
}

/* ---- what the schema cannot say ---- */

static pr_status check_text(prt_config_reader *r, const char *name) {
    const prt_entity_config *items = &r->config->items;
    if (strcmp(name, "title") == 0)
        return PR_OK;
    if (strcmp(name, "text") == 0 && !items->text)
        return prt_fail(r->error, PR_E_FORMAT, "%s: meaning.text names \"text\", but items.text is not set", r->where);
    if (strcmp(name, "text") == 0)
        return PR_OK;
    return prt_config_check_column(r, "meaning.text", "items", items, name, TEXTS, "a text, a category or a list");
}

static pr_status check_texts(prt_config_reader *r, const prt_name_list *names) {
    for (uint32_t i = 0; i < names->count; i++) {
        PRT_TRY(check_text(r, names->names[i]));
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(names->names[i], names->names[j]) == 0)
                return prt_fail(r->error, PR_E_FORMAT, "%s: meaning.text names \"%s\" twice; take one out", r->where,
                                names->names[i]);
        }
    }
    return PR_OK;
}

pr_status prt_config_check_meaning(prt_config_reader *r) {
    const prt_config *c = r->config;
    const prt_meaning_config *m = &c->meaning;
    if (!c->has_meaning)
        return PR_OK;
    PRT_TRY(check_texts(r, &m->text));
    if (m->ship != PRT_SHIP_NOTHING && !m->encoder)
        return prt_fail(r->error, PR_E_FORMAT,
                        "%s: meaning.ship_encoder is on, but meaning.encoder names none; name a model's folder",
                        r->where);
    if (m->ship_cross != PRT_SHIP_NOTHING && !m->cross_encoder)
        return prt_fail(r->error, PR_E_FORMAT,
                        "%s: meaning.ship_cross_encoder is on, but meaning.cross_encoder names none; name a model's "
                        "folder",
                        r->where);
    if (m->category)
        PRT_TRY(prt_config_check_column(r, "meaning.category", "items", &c->items, m->category,
                                        1u << PRT_CATEGORY | 1u << PRT_LIST, "a category or a list"));
    if (m->stock)
        PRT_TRY(prt_config_check_column(r, "meaning.stock", "items", &c->items, m->stock,
                                        1u << PRT_INTEGER | 1u << PRT_REAL, "an integer or real"));
    if (m->arrived)
        PRT_TRY(prt_config_check_column(r, "meaning.new_arrivals.column", "items", &c->items, m->arrived,
                                        1u << PRT_DATE, "a date"));
    return PR_OK;
}
