/* Holding out, and asking for what was held out. */
#include "validation.h"
#include "fail.h"
#include "parallel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t SEED = 20090617; /* any number: it only has to stay the same */

/* ---- holding out ---- */

typedef struct taken_item {
    int64_t first; /* when it was first taken */
    uint64_t hash, pair;
} taken_item;

static uint64_t hash_of(uint64_t a, uint64_t b) {
    return pr_mix64(pr_mix64(SEED ^ a) ^ b);
}

/* The latest first. */
static int by_time(const void *a, const void *b) {
    const taken_item *x = a, *y = b;
    if (x->first != y->first)
        return x->first > y->first ? -1 : 1;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->pair < y->pair ? -1 : x->pair > y->pair;
}

typedef struct drawn {
    uint64_t hash;
    uint32_t user;
} drawn;

static int by_hash(const void *a, const void *b) {
    const drawn *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->user < y->user ? -1 : x->user > y->user;
}

static int by_user(const void *a, const void *b) {
    const drawn *x = a, *y = b;
    return x->user < y->user ? -1 : x->user > y->user;
}

static uint64_t items_of(const prt_ledger *ledger, uint32_t user) {
    return ledger->pairs[user + (size_t)1] - ledger->pairs[user];
}

static uint64_t share_of(uint64_t items) {
    return items < 15 ? 1 : (items + 5) / 10;
}

/* Those with enough items. */
static uint32_t list_users(const prt_ledger *ledger, bool named, drawn *out) {
    uint32_t count = 0;
    for (uint32_t u = 0; u < ledger->users; u++) {
        if (items_of(ledger, u) >= 2 && !(named && ledger->nobody[u]))
            out[count++] = (drawn){hash_of(u, UINT32_MAX), u};
    }
    return count;
}

static bool draw_users(const prt_ledger *ledger, prt_validation *out) {
    drawn *users = malloc((ledger->users + (size_t)1) * sizeof *users);
    if (!users)
        return false;
    uint32_t count = list_users(ledger, true, users);
    count = count ? count : list_users(ledger, false, users);
    qsort(users, count, sizeof *users, by_hash);
    count = count < PRT_VALIDATION_USERS ? count : PRT_VALIDATION_USERS;
    qsort(users, count, sizeof *users, by_user);
    out->user = malloc((count + (size_t)1) * sizeof *out->user);
    for (uint32_t v = 0; out->user && v < count; v++)
        out->user[v] = users[v].user;
    out->users = count;
    free(users);
    return out->user != NULL;
}

/* The pairs with the latest first events are marked in `gone`; their items come out rising, as the pairs do. */
static void hold_out(const prt_ledger *ledger, uint32_t user, taken_item *scratch, uint8_t *gone, prt_validation *out,
                     uint64_t *used) {
    uint64_t first = ledger->pairs[user], count = items_of(ledger, user);
    for (uint64_t p = first; p < first + count; p++)
        scratch[p - first] = (taken_item){ledger->lines[ledger->starts[p]].time, hash_of(user, ledger->item[p]), p};
    qsort(scratch, count, sizeof *scratch, by_time);
    for (uint64_t i = 0; i < share_of(count); i++)
        gone[scratch[i].pair] = 1;
    for (uint64_t p = first; p < first + count; p++) {
        if (gone[p])
            out->items[(*used)++] = ledger->item[p];
    }
}

static pr_status hold_out_all(const prt_ledger *ledger, prt_validation *out, taken_item **scratch, uint8_t **gone,
                              pr_error *error) {
    uint64_t pairs = ledger->pairs[ledger->users], most = 0, held = 0, used = 0;
    if (!draw_users(ledger, out))
        return PR_E_MEMORY;
    for (uint32_t v = 0; v < out->users; v++) {
        uint64_t items = items_of(ledger, out->user[v]);
        most = items > most ? items : most;
        held += share_of(items);
    }
    out->offsets = calloc(out->users + (size_t)1, sizeof *out->offsets);
    out->items = malloc((held + 1) * sizeof *out->items);
    *scratch = malloc((most + 1) * sizeof **scratch);
    *gone = calloc(pairs + 1, 1);
    if (!out->offsets || !out->items || !*scratch || !*gone)
        return PR_E_MEMORY;
    for (uint32_t v = 0; v < out->users; v++) {
        hold_out(ledger, out->user[v], *scratch, *gone, out, &used);
        out->offsets[v + (size_t)1] = used;
    }
    return prt_ledger_cut(ledger, *gone, &out->rest, error);
}

pr_status prt_validation_make(const prt_ledger *ledger, prt_validation *out, pr_error *error) {
    taken_item *scratch = NULL;
    uint8_t *gone = NULL;
    *out = (prt_validation){0};
    pr_status status = hold_out_all(ledger, out, &scratch, &gone, error);
    free(scratch);
    free(gone);
    if (status != PR_OK) {
        prt_validation_free(out);
        return prt_fail_memory(error, "holding out what models shall guess");
    }
    return PR_OK;
}

void prt_validation_free(prt_validation *validation) {
    free(validation->user);
    free(validation->offsets);
    free(validation->items);
    prt_ledger_free(&validation->rest);
    memset(validation, 0, sizeof *validation);
}

/* ---- asking ---- */

typedef struct asking {
    const prt_validation *validation;
    const prt_interactions *taken;
    const prt_scorer *scorer;
    prt_score_model model;
    uint32_t most;
    int threads;
    prt_unseen_list *lists;
    pr_status *statuses; /* one a thread */
} asking;

/* Put a score into its place; the list is short, and few scores come that far. */
static void offer(prt_unseen_list *list, uint32_t most, uint32_t item, float score) {
    uint32_t at = list->count;
    if (at == most && !(score > list->best[most - 1].score))
        return;
    at = at < most ? at : most - 1;
    for (; at > 0 && score > list->best[at - 1].score; at--)
        list->best[at] = list->best[at - 1];
    list->best[at] = (prt_unseen){item, score, false};
    list->count += list->count < most;
}

static bool is_in(const uint32_t *rising, uint64_t count, uint32_t item) {
    uint64_t first = 0;
    while (count > 0) {
        uint64_t half = count / 2;
        bool above = rising[first + half] < item;
        first = above ? first + half + 1 : first;
        count = above ? count - half - 1 : half;
    }
    return rising[first] == item; /* the caller has checked that there is one to look at */
}

static void keep_best(const asking *a, uint32_t v, const float *scores) {
    const prt_validation *validation = a->validation;
    uint32_t user = validation->user[v];
    uint64_t next = a->taken->offsets[user], end = a->taken->offsets[user + (size_t)1];
    prt_unseen_list *list = &a->lists[v];
    list->count = 0;
    for (uint32_t i = 0; i < a->taken->items; i++) {
        if (next < end && a->taken->item[next] == i)
            next++;
        else
            offer(list, a->most, i, scores[i]);
    }
    const uint32_t *held = validation->items + validation->offsets[v];
    uint64_t count = validation->offsets[v + (size_t)1] - validation->offsets[v];
    for (uint32_t i = 0; i < list->count; i++)
        list->best[i].held_out = list->best[i].item <= held[count - 1] && is_in(held, count, list->best[i].item);
}

static pr_status ask_share(const asking *a, int thread, double *scratch, float *scores) {
    for (uint32_t v = (uint32_t)thread; v < a->validation->users; v += (uint32_t)a->threads) {
        uint32_t user = a->validation->user[v];
        uint64_t first = a->taken->offsets[user];
        PRT_TRY(prt_scorer_scores(a->scorer, a->model, a->taken->item + first, a->taken->weight + first,
                                  (uint32_t)(a->taken->offsets[user + (size_t)1] - first), scratch, scores, NULL));
        keep_best(a, v, scores);
    }
    return PR_OK;
}

static void ask_thread(void *context, int thread) {
    const asking *a = context;
    double *scratch = malloc(prt_scorer_scratch(a->scorer) * sizeof *scratch);
    float *scores = malloc((a->scorer->items + (size_t)1) * sizeof *scores);
    a->statuses[thread] = scratch && scores ? ask_share(a, thread, scratch, scores) : PR_E_MEMORY;
    free(scratch);
    free(scores);
}

pr_status prt_validation_ask(const prt_validation *validation, const prt_purchases *learned, prt_score_model model,
                             uint32_t most, int threads, prt_unseen_list *lists, pr_error *error) {
    const prt_scorer scorer = prt_purchases_scorer(learned);
    pr_status *statuses = calloc((size_t)threads, sizeof *statuses), status = statuses ? PR_OK : PR_E_MEMORY;
    asking a = {validation, &learned->taken, &scorer, model, most, threads, lists, statuses};
    if (statuses)
        prt_parallel(threads, ask_thread, &a);
    for (int t = 0; statuses && t < threads; t++)
        status = status == PR_OK ? statuses[t] : status;
    free(statuses);
    return status == PR_OK ? PR_OK : prt_fail_memory(error, "asking for what was held out");
}

/* ---- judging ---- */

enum { TOP = 10 };

static void judge_user(const prt_unseen_list *list, uint64_t held, prt_guess_metrics *out) {
    double gain = 0, ideal = 0;
    uint32_t hits = 0;
    for (uint32_t i = 0; i < TOP; i++) {
        bool hit = i < list->count && list->best[i].held_out;
        hits += hit;
        gain += hit ? 1 / log2(i + 2) : 0;
        ideal += i < held ? 1 / log2(i + 2) : 0;
    }
    out->ndcg += gain / ideal;
    out->recall += hits / (double)held;
    out->hit_rate += hits > 0;
}

pr_status prt_validation_judge(const prt_validation *validation, const prt_unseen_list *lists, prt_guess_metrics *out,
                               pr_error *error) {
    uint8_t *listed = calloc(validation->rest.items + (size_t)1, 1);
    uint32_t covered = 0, users = validation->users;
    *out = (prt_guess_metrics){0};
    if (!listed)
        return prt_fail_memory(error, "judging guesses");
    for (uint32_t v = 0; v < users; v++) {
        judge_user(&lists[v], validation->offsets[v + (size_t)1] - validation->offsets[v], out);
        for (uint32_t i = 0; i < TOP && i < lists[v].count; i++) {
            covered += !listed[lists[v].best[i].item];
            listed[lists[v].best[i].item] = 1;
        }
    }
    free(listed);
    out->ndcg /= users ? users : 1;
    out->recall /= users ? users : 1;
    out->hit_rate /= users ? users : 1;
    out->coverage = validation->rest.items ? (double)covered / validation->rest.items : 0;
    return PR_OK;
}
