/* A hash table with chains over a fixed array of visitors, and a list in the order in which they were last seen. */
#include "visitors.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { NOBODY = 0 }; /* visitor 0 is the list's head: its `newer` is the oldest, its `older` the newest */

typedef struct visitor {
    char token[PRT_TOKEN_SIZE];
    char *state;
    size_t size;
    uint32_t next;         /* in the chain, or in the list of free places */
    uint32_t newer, older; /* in the list */
} visitor;

struct prt_visitors {
    visitor *all; /* most + 1 */
    uint32_t *chains;
    uint32_t chain_mask, most, count, free;
    size_t bytes, most_bytes;
};

prt_visitors *prt_visitors_open(uint32_t most, size_t most_bytes) {
    prt_visitors *v = calloc(1, sizeof *v);
    uint32_t chains = 16;
    while (chains < most)
        chains *= 2;
    if (v) {
        v->all = calloc((size_t)most + 1, sizeof *v->all);
        v->chains = calloc(chains, sizeof *v->chains);
    }
    if (!v || !v->all || !v->chains) {
        prt_visitors_close(v);
        return NULL;
    }
    v->chain_mask = chains - 1;
    v->most = most;
    v->most_bytes = most_bytes;
    for (uint32_t i = most; i > 0; i--) {
        v->all[i].next = v->free;
        v->free = i;
    }
    return v;
}

void prt_visitors_close(prt_visitors *v) {
    if (!v)
        return;
    for (uint32_t i = 0; v->all && i <= v->most; i++)
        free(v->all[i].state);
    free(v->all);
    free(v->chains);
    free(v);
}

/* Tokens are random, so their first letters spread well. */
static uint32_t *chain_of(prt_visitors *v, const char *token) {
    return &v->chains[pr_hash_bytes(token, PRT_TOKEN_SIZE, 0) & v->chain_mask];
}

static uint32_t find(prt_visitors *v, pr_text token) {
    if (token.size != PRT_TOKEN_SIZE)
        return NOBODY;
    uint32_t at = *chain_of(v, token.bytes);
    while (at != NOBODY && memcmp(v->all[at].token, token.bytes, PRT_TOKEN_SIZE) != 0)
        at = v->all[at].next;
    return at;
}

static void unlink_from_list(prt_visitors *v, uint32_t at) {
    visitor *all = v->all;
    all[all[at].newer].older = all[at].older;
    all[all[at].older].newer = all[at].newer;
}

static void put_newest(prt_visitors *v, uint32_t at) {
    visitor *all = v->all;
    all[at].newer = 0;
    all[at].older = all[0].older;
    all[all[0].older].newer = at;
    all[0].older = at;
}

static void forget(prt_visitors *v, uint32_t at) {
    uint32_t *link = chain_of(v, v->all[at].token);
    while (*link != at)
        link = &v->all[*link].next;
    *link = v->all[at].next;
    unlink_from_list(v, at);
    v->bytes -= v->all[at].size;
    free(v->all[at].state);
    v->all[at] = (visitor){.next = v->free};
    v->free = at;
    v->count--;
}

pr_text prt_visitors_get(prt_visitors *v, pr_text token) {
    uint32_t at = find(v, token);
    if (at == NOBODY)
        return (pr_text){"", 0};
    unlink_from_list(v, at);
    put_newest(v, at);
    return (pr_text){v->all[at].state, v->all[at].size};
}

static bool random_token(char token[PRT_TOKEN_SIZE]) {
    unsigned char bytes[PRT_TOKEN_SIZE / 2];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return false;
    for (size_t i = 0; i < PRT_TOKEN_SIZE; i++)
        token[i] = "0123456789abcdef"[i % 2 ? bytes[i / 2] & 15 : bytes[i / 2] >> 4];
    return true;
}

/* A place for a new visitor under a new token; NOBODY without random numbers. */
static uint32_t welcome(prt_visitors *v) {
    char token[PRT_TOKEN_SIZE];
    if (!random_token(token))
        return NOBODY;
    if (v->free == NOBODY)
        forget(v, v->all[0].newer);
    uint32_t at = v->free, *chain = chain_of(v, token);
    v->free = v->all[at].next;
    memcpy(v->all[at].token, token, sizeof token);
    v->all[at].next = *chain;
    *chain = at;
    put_newest(v, at);
    v->count++;
    return at;
}

void prt_visitors_put(prt_visitors *v, pr_text token, pr_text state, char kept[PRT_TOKEN_SIZE + 1]) {
    kept[0] = 0;
    uint32_t at = find(v, token);
    if (state.size == 0 || state.size > v->most_bytes) {
        if (at != NOBODY)
            forget(v, at);
        return;
    }
    char *copy = malloc(state.size);
    if (!copy || (at == NOBODY && (at = welcome(v)) == NOBODY)) {
        free(copy);
        return;
    }
    memcpy(copy, state.bytes, state.size);
    free(v->all[at].state);
    v->bytes += state.size - v->all[at].size;
    v->all[at].state = copy;
    v->all[at].size = state.size;
    unlink_from_list(v, at);
    put_newest(v, at);
    while (v->bytes > v->most_bytes)
        forget(v, v->all[0].newer);
    memcpy(kept, v->all[at].token, PRT_TOKEN_SIZE);
    kept[PRT_TOKEN_SIZE] = 0;
}

uint32_t prt_visitors_count(const prt_visitors *v) {
    return v->count;
}
