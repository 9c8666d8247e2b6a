/* Every split of every set is looked up by a hash that is the sum of its items' hashes, so that a part's hash costs one
 * subtraction. */
#include "rules.h"

#include "fail.h"
#include "grow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SPLIT = 31 };

/* A set, or the part of one that a mask has kept. */
typedef struct part {
    uint32_t items[MOST_SPLIT], size;
    uint64_t hash;
} part;

typedef struct maker {
    const prt_itemsets *sets;
    const prt_rules_plan *plan;
    prt_rules *out;
    uint32_t *slots; /* open addressing: set + 1, 0 = free; a power of two, at most half full */
    size_t slot_mask;
    size_t rule_room, item_room;
} maker;

/* The finaliser of splitmix64. */
static uint64_t hash_item(uint32_t item) {
    uint64_t x = item + UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

static bool make_slots(maker *m) {
    size_t count = 16;
    while (count < (size_t)m->sets->count * 2)
        count *= 2;
    m->slots = calloc(count, sizeof *m->slots);
    m->slot_mask = count - 1;
    if (!m->slots)
        return false;
    for (uint32_t s = 0; s < m->sets->count; s++) {
        uint64_t hash = 0;
        for (uint64_t k = m->sets->offsets[s]; k < m->sets->offsets[s + 1]; k++)
            hash += hash_item(m->sets->items[k]);
        size_t at = hash & m->slot_mask;
        while (m->slots[at])
            at = (at + 1) & m->slot_mask;
        m->slots[at] = s + 1;
    }
    return true;
}

/* Support of a part, 0 when it is no set. */
static uint32_t support_of(const maker *m, const part *p) {
    const prt_itemsets *sets = m->sets;
    for (size_t at = p->hash & m->slot_mask; m->slots[at]; at = (at + 1) & m->slot_mask) {
        uint32_t s = m->slots[at] - 1;
        if (sets->offsets[s + 1] - sets->offsets[s] == p->size &&
            memcmp(sets->items + sets->offsets[s], p->items, p->size * sizeof *p->items) == 0)
            return sets->supports[s];
    }
    return 0;
}

static pr_status add_rule(maker *m, const part *antecedent, const part *consequent, prt_rule rule) {
    prt_rules *out = m->out;
    if (out->count == PRT_MOST_RULES)
        return PR_E_LIMIT;
    uint32_t size = antecedent->size + consequent->size;
    if (!prt_grow((void **)&out->rules, &m->rule_room, (size_t)out->count + 1, sizeof *out->rules) ||
        !prt_grow((void **)&out->items, &m->item_room, (size_t)out->item_count + size, sizeof *out->items))
        return PR_E_MEMORY;
    rule.first = out->item_count;
    rule.antecedent_size = antecedent->size;
    rule.consequent_size = consequent->size;
    memcpy(out->items + rule.first, antecedent->items, antecedent->size * sizeof *out->items);
    memcpy(out->items + rule.first + antecedent->size, consequent->items, consequent->size * sizeof *out->items);
    out->item_count += size;
    out->rules[out->count++] = rule;
    return PR_OK;
}

/* Measure a rule by the baskets of both sides and of each. */
static prt_rule measure(uint32_t baskets, uint32_t both, uint32_t antecedent, uint32_t consequent) {
    double n = baskets, p = antecedent / n, q = consequent / n;
    prt_rule rule = {.count = both, .support = both / n, .confidence = (double)both / antecedent};
    rule.lift = rule.confidence / q;
    rule.leverage = rule.support - p * q;
    rule.conviction = both == antecedent ? INFINITY : (1 - q) / (1 - rule.confidence);
    return rule;
}

/* The items of a set whose bits are set in `mask`, and the others. */
static void split(const uint32_t *items, uint32_t size, uint32_t mask, part *with, part *without) {
    *with = *without = (part){.size = 0};
    for (uint32_t k = 0; k < size; k++) {
        part *side = mask >> k & 1 ? with : without;
        side->items[side->size++] = items[k];
        side->hash += hash_item(items[k]);
    }
}

static pr_status try_split(maker *m, uint32_t set, uint32_t mask) {
    const prt_itemsets *sets = m->sets;
    part antecedent, consequent;
    split(sets->items + sets->offsets[set], (uint32_t)(sets->offsets[set + 1] - sets->offsets[set]), mask, &consequent,
          &antecedent);
    uint32_t before = support_of(m, &antecedent), after = support_of(m, &consequent);
    if (before < sets->supports[set] || after < sets->supports[set])
        return PR_E_ARGUMENT;
    prt_rule rule = measure(m->plan->basket_count, sets->supports[set], before, after);
    if (rule.confidence < m->plan->min_confidence || rule.lift < m->plan->min_lift)
        return PR_OK;
    return add_rule(m, &antecedent, &consequent, rule);
}

static pr_status split_set(maker *m, uint32_t set) {
    uint64_t size = m->sets->offsets[set + 1] - m->sets->offsets[set];
    if (size < 2)
        return PR_OK;
    if (size > MOST_SPLIT)
        return PR_E_ARGUMENT;
    for (uint32_t mask = 1; mask < (UINT32_C(1) << size) - 1; mask = m->plan->any_split ? mask + 1 : mask * 2)
        PRT_TRY(try_split(m, set, mask));
    return PR_OK;
}

static pr_status make_all(maker *m) {
    if (!make_slots(m))
        return PR_E_MEMORY;
    for (uint32_t set = 0; set < m->sets->count; set++) {
        if (m->sets->supports[set] > m->plan->basket_count)
            return PR_E_ARGUMENT;
        PRT_TRY(split_set(m, set));
    }
    return PR_OK;
}

pr_status prt_rules_make(const prt_itemsets *sets, const prt_rules_plan *plan, prt_rules *out, pr_error *error) {
    maker m = {.sets = sets, .plan = plan, .out = out};
    *out = (prt_rules){0};
    pr_status status = make_all(&m);
    free(m.slots);
    if (status == PR_OK)
        return PR_OK;
    prt_rules_free(out);
    if (status == PR_E_MEMORY)
        return prt_fail_memory(error, "making association rules");
    if (status == PR_E_LIMIT)
        return prt_fail(error, status, "there are more than %d rules; ask for a higher confidence, lift or support",
                        PRT_MOST_RULES);
    return prt_fail(error, status,
                    "the itemsets are not all that %u baskets have; make rules from mined sets as they are",
                    plan->basket_count);
}

void prt_rules_free(prt_rules *rules) {
    free(rules->rules);
    free(rules->items);
    *rules = (prt_rules){0};
}
