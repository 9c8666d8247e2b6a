/* pocketrec inspect: what is inside a bundle, every byte of it checked. */
#include "bundle_reader.h"
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct checked {
    pr_shard_info info;
    pr_error error; /* code 0: whole */
} checked;

typedef struct inspection {
    prt_bundle *bundle;
    const pr_json *manifest;
    checked *shards;
    uint32_t count, broken;
    uint64_t bytes;
} inspection;

/* Shards of one table stand together; sums over a run of them. */
typedef struct table_sum {
    const char *name;
    uint32_t shards;
    uint64_t rows, bytes;
} table_sum;

static uint32_t sum_table(const inspection *x, uint32_t first, table_sum *out) {
    *out = (table_sum){.name = x->shards[first].info.table};
    uint32_t i = first;
    for (; i < x->count && strcmp(x->shards[i].info.table, out->name) == 0; i++) {
        out->shards++;
        out->rows += x->shards[i].info.rows;
        out->bytes += x->shards[i].info.bytes;
    }
    return i;
}

static pr_status look(inspection *x, pr_arena *arena, pr_error *error) {
    pr_engine *engine = prt_bundle_engine(x->bundle);
    pr_text text = prt_bundle_manifest(x->bundle);
    const pr_json_limits limits = {0, 0};
    pr_status status = pr_json_parse(text.bytes, text.size, &limits, arena, &x->manifest, error);
    if (status != PR_OK)
        return status;
    x->count = pr_engine_shard_count(engine);
    x->shards = pr_arena_array(arena, x->count + (size_t)1, sizeof *x->shards);
    if (!x->shards)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while inspecting the bundle");
    x->bytes = text.size;
    for (uint32_t i = 0; i < x->count; i++) {
        x->broken += prt_bundle_attach(x->bundle, i, &x->shards[i].error) != PR_OK;
        pr_engine_shard(engine, i, &x->shards[i].info);
        x->bytes += x->shards[i].info.bytes;
    }
    return PR_OK;
}

/* ---- for programs ---- */

static void copy_member(const inspection *x, const char *key, pr_writer *w) {
    const pr_json *value = pr_json_get(x->manifest, key);
    if (!value)
        return;
    pr_write_key(w, key);
    pr_write_json(w, value);
}

static void put_integer(pr_writer *w, const char *key, uint64_t value) {
    pr_write_key(w, key);
    pr_write_integer(w, (int64_t)value);
}

static void put_tables(const inspection *x, pr_writer *w) {
    pr_write_key(w, "tables");
    pr_write_array(w);
    for (uint32_t i = 0; i < x->count;) {
        table_sum sum;
        i = sum_table(x, i, &sum);
        pr_write_object(w);
        pr_write_key(w, "table");
        pr_write_text(w, sum.name);
        put_integer(w, "shards", sum.shards);
        put_integer(w, "rows", sum.rows);
        put_integer(w, "bytes", sum.bytes);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
}

static void put_shards(const inspection *x, pr_writer *w) {
    pr_write_key(w, "shards");
    pr_write_array(w);
    for (uint32_t i = 0; i < x->count; i++) {
        const checked *shard = &x->shards[i];
        pr_write_object(w);
        pr_write_key(w, "table");
        pr_write_text(w, shard->info.table);
        pr_write_key(w, "file");
        pr_write_text(w, shard->info.file);
        put_integer(w, "first_row", shard->info.first_row);
        put_integer(w, "rows", shard->info.rows);
        put_integer(w, "bytes", shard->info.bytes);
        pr_write_key(w, "error");
        pr_write_text(w, shard->error.code ? shard->error.message : NULL);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
}

/* The settings of a part ("ranking", "purchases") as they are; nothing without it. */
static const pr_json *part_of(const inspection *x, const char *name) {
    const pr_json *part = pr_json_get(pr_json_get(x->manifest, "settings"), name);
    return part && part->type == PR_JSON_OBJECT ? part : NULL;
}

static void put_part(const inspection *x, const char *name, pr_writer *w) {
    if (!part_of(x, name))
        return;
    pr_write_key(w, name);
    pr_write_json(w, part_of(x, name));
}

static void put_health(const inspection *x, pr_writer *w) {
    pr_write_key(w, "health");
    pr_write_object(w);
    pr_write_key(w, "status");
    pr_write_text(w, x->broken ? "broken" : "healthy");
    put_integer(w, "attached", x->count - x->broken);
    put_integer(w, "refused", x->broken);
    pr_write_end_object(w);
}

static void print_json(const inspection *x, pr_arena *arena) {
    static const char *const head[] = {"format_version", "name", "version", "created", "items", "memory_peak", "needs"};
    static const char *const tail[] = {"columns", "dimensions", "model", "metrics"};
    pr_buffer buffer = {.arena = arena};
    pr_writer writer = {.out = &buffer}, *w = &writer;
    pr_write_object(w);
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        copy_member(x, head[i], w);
    put_integer(w, "bytes", x->bytes);
    put_tables(x, w);
    for (size_t i = 0; i < sizeof tail / sizeof *tail; i++)
        copy_member(x, tail[i], w);
    put_part(x, "ranking", w);
    put_part(x, "purchases", w);
    put_shards(x, w);
    put_health(x, w);
    pr_write_end_object(w);
    pr_buffer_append(&buffer, "\n", 1);
    if (!buffer.failed)
        fwrite(buffer.bytes, 1, buffer.size, stdout);
}

/* ---- for people ---- */

static const char *text_of(const pr_json *object, const char *key) {
    const pr_json *value = pr_json_get(object, key);
    return value && value->type == PR_JSON_STRING ? value->string : "";
}

static double number_of(const pr_json *object, const char *key) {
    const pr_json *value = pr_json_get(object, key);
    return value && value->type == PR_JSON_NUMBER ? value->number : 0;
}

static void print_tables(const inspection *x) {
    printf("\n%-14s %8s %12s %12s\n", "table", "shards", "rows", "bytes");
    for (uint32_t i = 0; i < x->count;) {
        table_sum sum;
        i = sum_table(x, i, &sum);
        printf("%-14s %8u %12llu %12llu\n", sum.name, sum.shards, (unsigned long long)sum.rows,
               (unsigned long long)sum.bytes);
    }
}

static void print_dimensions(const inspection *x) {
    const pr_json *segments = pr_json_get(pr_json_get(x->manifest, "settings"), "segments"),
                  *about = pr_json_get(segments, "dimensions");
    const pr_json *values = pr_json_get(x->manifest, "dimensions");
    const pr_json *d = about && about->type == PR_JSON_ARRAY ? about->first : NULL;
    const pr_json *v = values && values->type == PR_JSON_ARRAY ? values->first : NULL;
    if (d)
        printf("\nsegments by\n");
    for (; d && v; d = d->next, v = v->next) {
        printf("  %-20s %u values:", text_of(d, "name"), v->size);
        uint32_t shown = 0;
        for (const pr_json *value = v->first; value && shown < 8; value = value->next, shown++)
            printf("%s %s", shown ? "," : "", value->type == PR_JSON_STRING ? value->string : "?");
        printf("%s\n", v->size > shown ? ", …" : "");
    }
}

static void print_numbers(const inspection *x, const char *key, const char *title) {
    const pr_json *object = pr_json_get(x->manifest, key);
    if (!object || object->type != PR_JSON_OBJECT || object->size == 0)
        return;
    printf("\n%s\n", title);
    for (const pr_json *m = object->first; m; m = m->next) {
        char number[32];
        if (m->type == PR_JSON_NUMBER) {
            pr_format_number(m->number, number);
            printf("  %-20s %s\n", m->key, number);
        }
        for (const pr_json *inner = m->type == PR_JSON_OBJECT ? m->first : NULL; inner; inner = inner->next) {
            pr_format_number(inner->number, number);
            printf("  %s.%-*s %s\n", m->key, (int)(19 > m->key_size ? 19 - m->key_size : 0), inner->key,
                   inner->type == PR_JSON_NUMBER ? number : "?");
        }
    }
}

/* Words of an array: the texts, or the member `key` of the objects. */
static void print_words(const pr_json *array, const char *key) {
    bool many = false;
    for (const pr_json *word = array && array->type == PR_JSON_ARRAY ? array->first : NULL; word; word = word->next) {
        const pr_json *text = key ? pr_json_get(word, key) : word;
        printf("%s%s", many ? ", " : "", text && text->type == PR_JSON_STRING ? text->string : "?");
        many = true;
    }
    printf("\n");
}

static void print_ranking(const inspection *x) {
    const pr_json *ranking = part_of(x, "ranking");
    if (!ranking)
        return;
    const pr_json *features = pr_json_get(ranking, "features"), *goals = pr_json_get(ranking, "goals");
    printf("\nranking\n  %-20s %s\n", "model", text_of(ranking, "model"));
    printf("  %-20s %.0f to %.0f\n", "weeks", number_of(ranking, "first_week"), number_of(ranking, "last_week"));
    printf("  %-20s %u: ", "features", features ? features->size : 0);
    print_words(features, "name");
    printf("  %-20s %u: ", "goals", goals ? goals->size : 0);
    print_words(goals, NULL);
}

/* What was learned from, and how well each model guessed what was held out. */
static void print_purchases(const inspection *x) {
    static const char *const metrics[] = {"ndcg@10", "recall@10", "hit_rate@10", "coverage@10"};
    const pr_json *purchases = part_of(x, "purchases"), *stats = pr_json_get(purchases, "stats"),
                  *models = pr_json_get(purchases, "models");
    if (!purchases)
        return;
    printf("\npurchases\n  %-20s %.0f items taken by %.0f users, %.0f purchases\n", "learned from",
           number_of(stats, "interactions"), number_of(stats, "users"), number_of(stats, "purchases"));
    if (models && models->size)
        printf("  %-20s %8s %10s %12s %12s\n", "model", metrics[0], metrics[1], metrics[2], metrics[3]);
    for (const pr_json *m = models ? models->first : NULL; m; m = m->next) {
        const pr_json *figures = pr_json_get(m, "metrics");
        printf("  %-20s %8.4f %10.4f %12.4f %12.4f\n", text_of(m, "name"), number_of(figures, metrics[0]),
               number_of(figures, metrics[1]), number_of(figures, metrics[2]), number_of(figures, metrics[3]));
    }
}

static void print_text(const inspection *x) {
    printf("%s, version %s, created %s\n", text_of(x->manifest, "name"), text_of(x->manifest, "version"),
           text_of(x->manifest, "created"));
    printf("%.0f items in %u shards, %llu bytes; memory at most %.0f bytes\n", number_of(x->manifest, "items"),
           x->count, (unsigned long long)x->bytes, number_of(x->manifest, "memory_peak"));
    print_tables(x);
    print_dimensions(x);
    print_ranking(x);
    print_purchases(x);
    print_numbers(x, "metrics", "metrics");
    print_numbers(x, "model", "learned prior");
    for (uint32_t i = 0; i < x->count; i++) {
        if (x->shards[i].error.code)
            printf("\nbroken: %s", x->shards[i].error.message);
    }
    printf("\nhealth: %s, %u of %u shards are whole\n", x->broken ? "broken" : "healthy", x->count - x->broken,
           x->count);
}

int prt_cmd_inspect(int argc, char **argv) {
    bool json = false;
    const prt_option options[] = {{"--json", PRT_OPTION_FLAG, &json, NULL, "print JSON", 0, 0}};
    const prt_usage usage = {"inspect",
                             "BUNDLE [--json]",
                             "Show what is inside a bundle and check every shard. Exit status 3 when one is broken.",
                             options,
                             1,
                             1,
                             1};
    const char *dir;
    int code = prt_cli_parse(&usage, argc, argv, &dir, NULL);
    if (code != PRT_CLI_GO_ON)
        return code;
    inspection x = {0};
    pr_arena arena;
    pr_error error = {0};
    pr_arena_init(&arena, NULL, 0);
    pr_status status = prt_bundle_open(dir, &x.bundle, &error);
    if (status == PR_OK)
        status = look(&x, &arena, &error);
    if (status != PR_OK)
        code = prt_cli_fail(&error);
    else {
        json ? print_json(&x, &arena) : print_text(&x);
        code = x.broken ? PRT_EXIT_DATA : PRT_EXIT_DONE;
    }
    prt_bundle_close(x.bundle);
    pr_arena_free(&arena);
    return code;
}
