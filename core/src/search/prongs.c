/* Opening posting lists and weighing them: how much a term tells (its rarity), how good an alternative is, and whether
 * the form of a word was asked for. */
#include "prongs.h"

static const double OTHER_FORM = 0.6; /* of a word in another form than was asked for */

static bool open_cursor(pr_engine *engine, uint32_t term, pr_cursor *c, uint32_t *postings) {
    const pr_shard *shard = pr__shard_of_row(engine, PR_TABLE_POSTINGS, term);
    if (!shard)
        return false;
    const pr_postings_view *view = &shard->view.postings;
    c->at = view->lists + view->starts[term - shard->first_row];
    *postings = pr__varint(&c->at);
    c->left = *postings - 1;
    uint32_t code = pr__varint(&c->at);
    c->document = code >> 1;
    c->pattern = code & 1 ? *c->at++ : 0;
    return true;
}

/* log(1 + (N - n + 1/2) / (n + 1/2)): Robertson and Sparck Jones' weight, kept above zero. */
static double rarity(const pr_engine *engine, double documents) {
    double n = engine->items;
    return pr_log(1 + (n - documents + 0.5) / (documents + 0.5));
}

/* A word in another form than was asked for counts a little less. */
static void set_weight(pr_cursor *c, pr_form form, double weight) {
    c->weight[0] = (float)(form == PR_FORM_OTHER ? OTHER_FORM * weight : weight);
    c->weight[1] = (float)(form == PR_FORM_COMMON ? OTHER_FORM * weight : weight);
}

/* The terms of one alternative. A term that a phrase needs counts by its own rarity, but single alternatives of a slot
 * all count as their most frequent one does: a misspelling in the catalogue must not outweigh the right word. */
static void weigh(const pr_engine *engine, const pr_slot *slot, const uint32_t *documents, pr_prong *p) {
    uint32_t most = 0;
    for (uint32_t b = 0; b < p->count; b++)
        most = p->branches[b].count == 1 && documents[b] > most ? documents[b] : most;
    for (uint32_t b = 0; b < p->count; b++) {
        pr_branch *one = &p->branches[b];
        double share = slot->alternatives[one->alternative].weight;
        for (uint32_t t = 0; t < one->count; t++)
            set_weight(&one->cursors[t], slot->alternatives[one->alternative].form,
                       share * rarity(engine, one->count == 1 ? most : one->cursors[t].left + 1.0));
    }
}

static bool open_branch(pr_engine *engine, const pr_alternative *alternative, pr_branch *b, uint32_t *fewest) {
    uint32_t postings;
    *fewest = UINT32_MAX;
    b->cursors = pr_arena_array(&engine->scratch, alternative->count, sizeof *b->cursors);
    for (b->count = 0; b->cursors && b->count < alternative->count; b->count++) {
        if (!open_cursor(engine, alternative->terms[b->count], &b->cursors[b->count], &postings))
            break;
        *fewest = postings < *fewest ? postings : *fewest;
    }
    return b->cursors && b->count == alternative->count;
}

bool pr__prong_open(pr_engine *engine, const pr_slot *slot, pr_prong *out) {
    uint32_t documents[PR_MAX_ALTERNATIVES];
    out->role = slot->role;
    out->branches = pr_arena_array(&engine->scratch, slot->count + 1u, sizeof *out->branches);
    for (uint32_t a = 0; out->branches && a < slot->count; a++) {
        pr_branch *b = &out->branches[out->count];
        b->alternative = a;
        if (!open_branch(engine, &slot->alternatives[a], b, &documents[out->count])) {
            if (!b->cursors)
                return false;
            b->count = 0;
            continue;
        }
        out->postings += documents[out->count++];
    }
    if (out->branches)
        weigh(engine, slot, documents, out);
    return out->branches != NULL;
}

/* Required prongs first, the rarest of them at the very front. */
static int rank_of(const pr_prong *p, bool any) {
    return p->role == PR_SLOT_MUST || (p->role == PR_SLOT_QUERY && !any) ? 0 : p->role == PR_SLOT_NOT ? 2 : 1;
}

uint32_t pr__prongs_order(pr_prong *prongs, uint32_t count, bool any) {
    uint32_t required = 0;
    for (uint32_t i = 1; i < count; i++) {
        pr_prong p = prongs[i];
        uint32_t at = i;
        while (at > 0 &&
               (rank_of(&prongs[at - 1], any) > rank_of(&p, any) ||
                (rank_of(&prongs[at - 1], any) == rank_of(&p, any) && prongs[at - 1].postings > p.postings))) {
            prongs[at] = prongs[at - 1];
            at--;
        }
        prongs[at] = p;
    }
    for (uint32_t i = 0; i < count; i++)
        required += rank_of(&prongs[i], any) == 0;
    return required;
}
