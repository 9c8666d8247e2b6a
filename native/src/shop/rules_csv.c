/* The file outputs.rules: every association rule, of sets of any size up to shop.rules.size. It never enters a bundle.
 */
#include "fail.h"
#include "rules.h"
#include "segment_csv.h"
#include "shop.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char HEADER[] = "antecedent,consequent,count,support,confidence,lift,leverage,conviction\n";

/* Ids with a bar between, as one field. */
static void put_set(const prt_strings *ids, const uint32_t *items, uint32_t count, pr_buffer *scratch, pr_buffer *out) {
    scratch->size = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (i)
            pr_buffer_append(scratch, "|", 1);
        pr_buffer_append(scratch, ids->bytes + ids->offsets[items[i]],
                         (size_t)(ids->offsets[items[i] + 1] - ids->offsets[items[i]]));
    }
    prt_csv_field(out, scratch->bytes, scratch->size);
}

/* Infinite (conviction of what always holds) is written as "inf". */
static void put_number(double value, pr_buffer *out) {
    char text[32];
    bool finite = value - value == 0;
    size_t size = finite ? pr_format_number(value, text) : 3;
    pr_buffer_append(out, ",", 1);
    pr_buffer_append(out, finite ? text : "inf", size);
}

static void put_rules(const prt_rules *rules, const prt_strings *ids, pr_arena *arena, pr_buffer *out) {
    pr_buffer scratch = {.arena = arena};
    pr_buffer_append(out, HEADER, sizeof HEADER - 1);
    for (uint64_t r = 0; r < rules->count; r++) {
        const prt_rule *rule = &rules->rules[r];
        const uint32_t *items = rules->items + rule->first;
        put_set(ids, items, rule->antecedent_size, &scratch, out);
        pr_buffer_append(out, ",", 1);
        put_set(ids, items + rule->antecedent_size, rule->consequent_size, &scratch, out);
        put_number(rule->count, out);
        put_number(rule->support, out);
        put_number(rule->confidence, out);
        put_number(rule->lift, out);
        put_number(rule->leverage, out);
        put_number(rule->conviction, out);
        pr_buffer_append(out, "\n", 1);
    }
    out->failed |= scratch.failed;
}

/* The whole file or nothing. */
static pr_status write_file(const char *path, const pr_buffer *text, pr_error *error) {
    char temporary[4096];
    snprintf(temporary, sizeof temporary, "%s.partial", path);
    FILE *file = fopen(temporary, "wb");
    bool good =
        file && fwrite(text->bytes, 1, text->size, file) == text->size && fflush(file) == 0 && fsync(fileno(file)) == 0;
    good = file && fclose(file) == 0 && good && rename(temporary, path) == 0;
    if (good)
        return PR_OK;
    int reason = errno;
    unlink(temporary);
    return prt_fail(error, PR_E_IO, "%s: cannot be written (%s); check outputs.rules", path, strerror(reason));
}

pr_status prt_shop_write_rules(const prt_config *config, const prt_dataset *dataset, const prt_baskets *baskets,
                               uint32_t support, pr_error *error) {
    prt_itemsets sets = {0};
    prt_rules rules = {0};
    const prt_rules_plan plan = {baskets->count, config->shop.rules.confidence, config->shop.rules.lift, false};
    pr_arena arena;
    pr_arena_init(&arena, NULL, 0);
    pr_buffer out = {.arena = &arena};
    pr_status status = prt_itemsets_mine(baskets, support, config->shop.rules.size, &sets, error);
    if (status == PR_OK && sets.count)
        status = prt_rules_make(&sets, &plan, &rules, error);
    if (status == PR_OK) {
        put_rules(&rules, &dataset->items.ids, &arena, &out);
        status =
            out.failed ? prt_fail_memory(error, "writing the rules") : write_file(config->outputs.rules, &out, error);
    }
    pr_arena_free(&arena);
    prt_rules_free(&rules);
    prt_itemsets_free(&sets);
    return status;
}
