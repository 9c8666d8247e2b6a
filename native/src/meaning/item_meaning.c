/* The whole: from texts to rows of bytes in clusters. */
#include "item_meaning.h"
#include "fail.h"
#include "progress.h"
#include "round_row.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEP = 16, USUAL_DIMS = 128, MOST_CLUSTERS = 65536, LEAST_PROBES = 8, PROBED_SHARE = 8 };

/* What is only needed while learning. */
typedef struct work {
    prt_item_texts texts;
    float *embeddings; /* texts x source */
    float *vectors;    /* texts x dims */
    float *centres;    /* clusters x dims */
    uint32_t *cluster; /* of each text */
} work;

static pr_status no_memory(pr_error *error) {
    return prt_fail_memory(error, "learning what the items mean");
}

static pr_status check_encoder(const prt_config *config, prt_item_meaning *m, pr_error *error) {
    const prt_meaning_config *c = &config->meaning;
    const pr_encoder_about about = pr_encoder_describe(m->loaded.encoder);
    if (about.labels)
        return prt_fail(error, PR_E_FORMAT,
                        "%s: meaning.encoder: %s scores pairs of texts and embeds none; name a sentence encoder",
                        config->path, c->encoder);
    if (about.dims < (c->dims ? c->dims : STEP))
        return prt_fail(error, PR_E_FORMAT, "%s: meaning.dims: %s gives only %u numbers; ask for no more of them",
                        config->path, c->encoder, about.dims);
    if (c->ship != PRT_SHIP_NOTHING && about.bits != prt_ship_bits(c->ship))
        return prt_fail(error, PR_E_FORMAT,
                        "%s: meaning.ship_encoder: the weights in %s have %u bits; make the file with other bits, or "
                        "name the model's folder",
                        config->path, c->encoder, about.bits);
    m->source = about.dims;
    m->searched = config->has_shop;
    const uint32_t most = about.dims < USUAL_DIMS ? about.dims : USUAL_DIMS;
    m->dims = c->dims ? c->dims : most / STEP * STEP;
    return PR_OK;
}

static pr_status encode(const prt_config *config, const prt_dataset *dataset, const uint32_t *order, int threads,
                        prt_item_meaning *m, work *w, pr_error *error) {
    PRT_TRY(prt_item_texts_make(&dataset->items, &config->meaning.text, order, &m->arena, &w->texts, error));
    m->rows = w->texts.count;
    if (m->rows == 0)
        return prt_fail(error, PR_E_FORMAT, "%s: meaning.text: no item has a word in these columns; name others",
                        config->path);
    w->embeddings = calloc(m->rows, m->source * sizeof *w->embeddings);
    if (!w->embeddings)
        return no_memory(error);
    const prt_embedding embedding = {.loaded = &m->loaded,
                                     .texts = w->texts.texts,
                                     .count = m->rows,
                                     .cache = config->meaning.cache,
                                     .tidy = true,
                                     .threads = threads};
    return prt_embed(&embedding, w->embeddings, error);
}

static pr_status turn(int threads, prt_item_meaning *m, work *w, pr_error *error) {
    m->rotation = pr_arena_array(&m->arena, (size_t)m->dims * m->source, sizeof *m->rotation);
    w->vectors = calloc(m->rows, m->dims * sizeof *w->vectors);
    if (!m->rotation || !w->vectors)
        return no_memory(error);
    PRT_TRY(prt_rotation_find(w->embeddings, m->rows, m->source, m->dims, threads, m->rotation, error));
    prt_rotation_apply(m->rotation, w->embeddings, m->rows, m->source, m->dims, threads, w->vectors);
    free(w->embeddings);
    w->embeddings = NULL;
    return PR_OK;
}

static pr_status cluster(const prt_config *config, int threads, prt_item_meaning *m, work *w, pr_error *error) {
    const uint32_t wanted = config->meaning.clusters ? config->meaning.clusters : (uint32_t)lround(sqrt(m->rows));
    m->clusters = wanted < m->rows ? wanted : m->rows;
    m->clusters = m->clusters < MOST_CLUSTERS ? m->clusters : MOST_CLUSTERS;
    w->centres = calloc(m->clusters, m->dims * sizeof *w->centres);
    w->cluster = calloc(m->rows, sizeof *w->cluster);
    if (!w->centres || !w->cluster)
        return no_memory(error);
    PRT_TRY(prt_clusters_find(w->vectors, m->rows, m->dims, threads, &m->clusters, w->centres, w->cluster, error));
    const uint32_t share = (m->clusters + PROBED_SHARE - 1) / PROBED_SHARE;
    const uint32_t probes = config->meaning.probes ? config->meaning.probes : share;
    m->probes = config->meaning.probes || probes > LEAST_PROBES ? probes : LEAST_PROBES;
    m->probes = m->probes < m->clusters ? m->probes : m->clusters;
    return PR_OK;
}

static bool take_rows(prt_item_meaning *m) {
    m->item = pr_arena_array(&m->arena, m->rows, sizeof *m->item);
    m->values = pr_arena_array(&m->arena, m->rows, m->dims);
    m->scale = pr_arena_array(&m->arena, m->rows, sizeof *m->scale);
    m->place = pr_arena_array(&m->arena, m->items, sizeof *m->place);
    m->centres = pr_arena_array(&m->arena, m->clusters, m->dims);
    m->centre_scale = pr_arena_array(&m->arena, m->clusters, sizeof *m->centre_scale);
    m->first = pr_arena_array(&m->arena, m->clusters + (size_t)2, sizeof *m->first);
    return m->item && m->values && m->scale && m->place && m->centres && m->centre_scale && m->first;
}

/* Rows by cluster, and within one as the items come: a counting sort. `first[k + 1]` runs ahead of cluster k. */
static pr_status lay_out(prt_item_meaning *m, const work *w, pr_error *error) {
    if (!take_rows(m))
        return no_memory(error);
    memset(m->place, 0xFF, m->items * sizeof *m->place);
    for (uint32_t i = 0; i < m->rows; i++)
        m->first[w->cluster[i] + 2]++;
    for (uint32_t k = 0; k < m->clusters; k++)
        m->first[k + 2] += m->first[k + 1];
    for (uint32_t i = 0; i < m->rows; i++) {
        const uint32_t row = m->first[w->cluster[i] + 1]++;
        m->item[row] = w->texts.items[i];
        m->place[m->item[row]] = row;
        m->scale[row] = prt_round_row(w->vectors + (size_t)i * m->dims, m->dims, m->values + (size_t)row * m->dims);
    }
    for (uint32_t k = 0; k < m->clusters; k++)
        m->centre_scale[k] = prt_round_row(w->centres + (size_t)k * m->dims, m->dims, m->centres + (size_t)k * m->dims);
    return PR_OK;
}

static pr_status learn(const prt_config *config, const prt_dataset *dataset, const uint32_t *order, int threads,
                       prt_item_meaning *m, work *w, pr_error *error) {
    PRT_TRY(prt_loaded_open(config->meaning.encoder, prt_ship_bits(config->meaning.ship), &m->loaded, error));
    PRT_TRY(check_encoder(config, m, error));
    PRT_TRY(encode(config, dataset, order, threads, m, w, error));
    PRT_TRY(turn(threads, m, w, error));
    PRT_TRY(cluster(config, threads, m, w, error));
    return lay_out(m, w, error);
}

pr_status prt_meaning_learn(const prt_config *config, const prt_dataset *dataset, const uint32_t *order, int threads,
                            prt_item_meaning *out, pr_error *error) {
    work w = {0};
    memset(out, 0, sizeof *out);
    pr_arena_init(&out->arena, NULL, 0);
    out->items = dataset->items.count;
    PRT_TRY(prt_cross_encoder_open(config, &out->cross, error));
    if (!config->meaning.encoder)
        return PR_OK;
    const pr_status status = learn(config, dataset, order, threads, out, &w, error);
    free(w.embeddings);
    free(w.vectors);
    free(w.centres);
    free(w.cluster);
    if (status == PR_OK)
        prt_log("meaning", "%u items as vectors of %u numbers in %u clusters; %u have no text", out->rows, out->dims,
                out->clusters, out->items - out->rows);
    return status;
}

void prt_meaning_free(prt_item_meaning *meaning) {
    if (!meaning->arena.allocator)
        return;
    prt_loaded_close(&meaning->loaded);
    prt_loaded_close(&meaning->cross);
    pr_arena_free(&meaning->arena);
    memset(meaning, 0, sizeof *meaning);
}
