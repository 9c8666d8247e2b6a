/* From the folder of a BERT model to an encoder file. */
#include "encode.h"
#include "fail.h"
#include "round_nibbles.h"
#include "tokens_of_model.h"
#include "weights.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The settings of the file in the order of core/src/encode/encoder.h. */
enum { FORMAT = 1, SETTINGS = 14 };
enum { LOWER = 1, STRIP_ACCENTS = 2, IDEOGRAPHS = 4 };
enum { MOST_TENSORS = 48 };

typedef struct making {
    const char *folder, *config_path;
    pr_arena *arena;
    pr_error *error;
    uint32_t bits;
    prt_model_tokens tokens;
    prt_weights weights;
    uint32_t hidden, layers, heads, intermediate, positions, types, labels;
    float epsilon;
    pr_tensor tensors[MOST_TENSORS];
    size_t count;
} making;

/* ---- config.json ---- */

static pr_status refuse(const making *m, const char *file, const char *what) {
    return prt_fail(m->error, PR_E_FORMAT, "%s/%s: %s", m->folder, file, what);
}

static pr_status number(const making *m, const pr_json *config, const char *key, uint32_t most, uint32_t *out) {
    const pr_json *value = pr_json_get(config, key);
    if (!value || !value->is_integer || value->number < 1 || value->number > most)
        return prt_fail(m->error, PR_E_FORMAT, "%s: %s is not a whole number from 1 to %u", m->config_path, key, most);
    *out = (uint32_t)value->number;
    return PR_OK;
}

static pr_status read_config(making *m) {
    const pr_json *config;
    PRT_TRY(prt_model_json(m->folder, "config.json", m->arena, &config, m->error));
    if (!config)
        return prt_fail(m->error, PR_E_IO, "%s: is missing; give the folder of a whole model", m->config_path);
    const pr_json *type = pr_json_get(config, "model_type"), *act = pr_json_get(config, "hidden_act");
    const pr_json *position = pr_json_get(config, "position_embedding_type"),
                  *eps = pr_json_get(config, "layer_norm_eps");
    if (type && !pr_json_is(type, "bert"))
        return refuse(m, "config.json", "model_type is not \"bert\", and other networks are not known here");
    if (act && !pr_json_is(act, "gelu"))
        return refuse(m, "config.json", "hidden_act is not \"gelu\", and other functions are not known here");
    if (position && !pr_json_is(position, "absolute"))
        return refuse(m, "config.json", "position_embedding_type is not \"absolute\", and others are not known here");
    PRT_TRY(number(m, config, "hidden_size", 4096, &m->hidden));
    PRT_TRY(number(m, config, "num_hidden_layers", 64, &m->layers));
    PRT_TRY(number(m, config, "num_attention_heads", m->hidden, &m->heads));
    PRT_TRY(number(m, config, "intermediate_size", 16384, &m->intermediate));
    PRT_TRY(number(m, config, "max_position_embeddings", 8192, &m->positions));
    PRT_TRY(number(m, config, "type_vocab_size", 2, &m->types));
    if (m->hidden % m->heads)
        return refuse(m, "config.json", "num_attention_heads does not divide hidden_size");
    if (m->positions < 3)
        return refuse(m, "config.json", "max_position_embeddings is below 3");
    m->epsilon = eps && eps->type == PR_JSON_NUMBER ? (float)eps->number : 1e-12f;
    if (!(m->epsilon > 0) || m->epsilon > 1)
        return refuse(m, "config.json", "layer_norm_eps is not above 0 and at most 1");
    return PR_OK;
}

/* ---- modules.json: what Sentence Transformers do with the hidden states ---- */

static bool ends_with(const pr_json *string, const char *ending) {
    const size_t n = strlen(ending);
    return string && string->type == PR_JSON_STRING && string->size >= n &&
           strcmp(string->string + string->size - n, ending) == 0;
}

static pr_status check_pooling(const making *m, const pr_json *module) {
    const pr_json *path = pr_json_get(module, "path"), *pooling = NULL;
    char file[512];
    snprintf(file, sizeof file, "%s/config.json", path && path->type == PR_JSON_STRING ? path->string : "1_Pooling");
    PRT_TRY(prt_model_json(m->folder, file, m->arena, &pooling, m->error));
    if (!pooling)
        return prt_fail(m->error, PR_E_IO, "%s/%s: is missing; give the folder of a whole model", m->folder, file);
    for (const pr_json *mode = pooling->first; mode; mode = mode->next) {
        const bool mean = strcmp(mode->key, "pooling_mode_mean_tokens") == 0;
        if (strncmp(mode->key, "pooling_mode_", 13) == 0 && (mode->type != PR_JSON_BOOL || mode->boolean != mean))
            return refuse(m, file,
                          "the model does not pool by the mean of its tokens, and other ways are not known here");
    }
    return PR_OK;
}

static pr_status check_modules(const making *m) {
    const pr_json *modules;
    PRT_TRY(prt_model_json(m->folder, "modules.json", m->arena, &modules, m->error));
    for (const pr_json *module = modules ? modules->first : NULL; module; module = module->next) {
        const pr_json *type = pr_json_get(module, "type");
        if (ends_with(type, ".Pooling"))
            PRT_TRY(check_pooling(m, module));
        else if (!ends_with(type, ".Transformer") && !ends_with(type, ".Normalize"))
            return refuse(m, "modules.json", "has a module that is no Transformer, Pooling or Normalize");
    }
    return PR_OK;
}

/* ---- tensors ---- */

static void *take(making *m, uint64_t count, size_t size) {
    return pr_arena_array(m->arena, (size_t)count, size);
}

static pr_status no_memory(const making *m) {
    return prt_fail_memory(m->error, "making the encoder");
}

/* Add a tensor of rows x columns (a plain list when columns is 0), named `name``suffix`. */
static pr_status add(making *m, const char *name, const char *suffix, pr_dtype dtype, uint64_t rows, uint64_t columns,
                     const void *data) {
    const size_t size = strlen(name) + strlen(suffix) + 1;
    char *full = take(m, size, 1);
    if (!full || !data || m->count == MOST_TENSORS)
        return no_memory(m);
    snprintf(full, size, "%s%s", name, suffix);
    m->tensors[m->count++] = (pr_tensor){full, dtype, columns ? 2 : 1, {rows, columns}, data};
    return PR_OK;
}

/* The upper half of a float32 that is not smaller than the value, which is not negative. */
static uint16_t upper_half(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (uint16_t)((bits + 0xFFFF) >> 16);
}

/* Symmetric rounding of one row: scale x bytes is nearest to it. */
static uint16_t round_row(const float *row, uint64_t count, int8_t *bytes) {
    float most = 0;
    for (uint64_t i = 0; i < count; i++)
        most = fabsf(row[i]) > most ? fabsf(row[i]) : most;
    const uint16_t half = upper_half(most / 127);
    const float scale = prt_from_bfloat16(half);
    for (uint64_t i = 0; i < count; i++) {
        const float value = scale > 0 ? nearbyintf(row[i] / scale) : 0;
        bytes[i] = (int8_t)(value > 127 ? 127 : value < -127 ? -127 : value);
    }
    return half;
}

/* A matrix in four bits; the tensor of codes has as many columns as a row has bytes. */
static pr_status add_nibbles(making *m, const char *name, uint64_t rows, uint64_t columns, const float *numbers) {
    const uint64_t width = prt_nibble_bytes(columns), groups = prt_multiplier_bytes(columns);
    uint8_t *codes = take(m, rows * width, 1), *multipliers = take(m, rows * groups, 1);
    uint16_t *scales = take(m, rows, sizeof *scales);
    if (!codes || !multipliers || !scales)
        return no_memory(m);
    for (uint64_t r = 0; r < rows; r++)
        scales[r] = prt_round_nibbles(numbers + r * columns, columns, codes + r * width, multipliers + r * groups);
    PRT_TRY(add(m, name, ".weight", PR_U8, rows, width, codes));
    PRT_TRY(add(m, name, ".multiplier", PR_U8, rows, groups, multipliers));
    return add(m, name, ".scale", PR_U16, rows, 0, scales);
}

/* A matrix: as it is, or in bytes with a scale a row, or in nibbles. */
static pr_status add_matrix(making *m, const char *name, uint64_t rows, uint64_t columns, const float *numbers,
                            uint32_t bits) {
    if (bits == 32)
        return add(m, name, ".weight", PR_F32, rows, columns, numbers);
    if (bits == 4)
        return add_nibbles(m, name, rows, columns, numbers);
    int8_t *bytes = take(m, rows * columns, 1);
    uint16_t *scales = take(m, rows, sizeof *scales);
    if (!bytes || !scales)
        return no_memory(m);
    for (uint64_t r = 0; r < rows; r++)
        scales[r] = round_row(numbers + r * columns, columns, bytes + r * columns);
    PRT_TRY(add(m, name, ".weight", PR_I8, rows, columns, bytes));
    return add(m, name, ".scale", PR_U16, rows, 0, scales);
}

/* ---- the parts of the network; a list of sources is laid end to end in each layer ---- */

typedef struct source {
    const char *const *names; /* in a layer: "attention.self.query" */
    size_t count;
} source;

/* "encoder.layer.3.attention.self.query.weight" */
static void name_in_layer(char out[160], uint32_t layer, const char *name, const char *suffix) {
    snprintf(out, 160, "encoder.layer.%u.%s%s", layer, name, suffix);
}

/* All layers' vectors of `size` numbers one behind the other. */
static pr_status add_vectors(making *m, const char *name, const char *suffix, source from, uint32_t size) {
    const uint64_t rows = (uint64_t)m->layers * from.count * size;
    float *numbers = take(m, rows, sizeof *numbers), *at = numbers;
    if (!numbers)
        return no_memory(m);
    for (uint32_t layer = 0; layer < m->layers; layer++) {
        for (size_t i = 0; i < from.count; i++, at += size) {
            char full[160];
            name_in_layer(full, layer, from.names[i], suffix);
            PRT_TRY(prt_weights_read(&m->weights, full, size, 0, at, m->error));
        }
    }
    return add(m, name, suffix, PR_F32, rows, 0, numbers);
}

static pr_status add_linear(making *m, const char *name, source from, uint32_t out, uint32_t in, uint32_t bits) {
    const uint64_t rows = (uint64_t)m->layers * from.count * out;
    float *numbers = take(m, rows * in, sizeof *numbers), *at = numbers;
    if (!numbers)
        return no_memory(m);
    for (uint32_t layer = 0; layer < m->layers; layer++) {
        for (size_t i = 0; i < from.count; i++, at += (size_t)out * in) {
            char full[160];
            name_in_layer(full, layer, from.names[i], ".weight");
            PRT_TRY(prt_weights_read(&m->weights, full, out, in, at, m->error));
        }
    }
    PRT_TRY(add_matrix(m, name, rows, in, numbers, bits));
    return add_vectors(m, name, ".bias", from, out);
}

static pr_status add_norm(making *m, const char *name, source from) {
    PRT_TRY(add_vectors(m, name, ".weight", from, m->hidden));
    return add_vectors(m, name, ".bias", from, m->hidden);
}

#define SOURCE(...) ((source){(const char *const[]){__VA_ARGS__}, PRT_COUNT(((const char *const[]){__VA_ARGS__}))})

/* Four bits are too few for the values of attention and the first half of a feed-forward step. */
static pr_status add_layers(making *m) {
    const uint32_t bits = m->bits, finer = bits == 4 ? 8 : bits;
    PRT_TRY(add_linear(m, "query_key_value",
                       SOURCE("attention.self.query", "attention.self.key", "attention.self.value"), m->hidden,
                       m->hidden, finer));
    PRT_TRY(add_linear(m, "attention_output", SOURCE("attention.output.dense"), m->hidden, m->hidden, bits));
    PRT_TRY(add_linear(m, "intermediate", SOURCE("intermediate.dense"), m->intermediate, m->hidden, finer));
    PRT_TRY(add_linear(m, "output", SOURCE("output.dense"), m->hidden, m->intermediate, bits));
    PRT_TRY(add_norm(m, "attention_norm", SOURCE("attention.output.LayerNorm")));
    return add_norm(m, "output_norm", SOURCE("output.LayerNorm"));
}

/* A tensor outside the layers; `kept`: rows that the file gets of the `rows` there are. */
static pr_status add_table(making *m, const char *name, const char *suffix, const char *from, uint64_t rows,
                           uint64_t kept, uint64_t columns, bool floats) {
    float *numbers = take(m, rows * (columns ? columns : 1), sizeof *numbers);
    if (!numbers)
        return no_memory(m);
    PRT_TRY(prt_weights_read(&m->weights, from, rows, columns, numbers, m->error));
    if (columns == 0)
        return add(m, name, suffix, PR_F32, rows, 0, numbers);
    return add_matrix(m, name, kept, columns, numbers, floats ? 32 : m->bits);
}

static pr_status add_embeddings(making *m) {
    const char *words = "embeddings.word_embeddings.weight";
    const uint64_t rows = prt_weights_rows(&m->weights, words);
    uint64_t most = m->tokens.most_tokens ? m->tokens.most_tokens : m->positions;
    if (rows < m->tokens.count && rows > 0)
        return prt_fail(m->error, PR_E_FORMAT,
                        "%s, tensor %s: has %llu rows for a vocabulary of %u tokens; use the files "
                        "of one model",
                        m->weights.path, words, (unsigned long long)rows, m->tokens.count);
    most = most > m->positions ? m->positions : most < 3 ? 3 : most;
    PRT_TRY(add_table(m, "words", "", words, rows ? rows : m->tokens.count, m->tokens.count, m->hidden, false));
    PRT_TRY(
        add_table(m, "positions", "", "embeddings.position_embeddings.weight", m->positions, most, m->hidden, false));
    m->positions = (uint32_t)most;
    PRT_TRY(add_table(m, "types", "", "embeddings.token_type_embeddings.weight", m->types, m->types, m->hidden, true));
    PRT_TRY(add_table(m, "embedding_norm", ".weight", "embeddings.LayerNorm.weight", m->hidden, 0, 0, true));
    return add_table(m, "embedding_norm", ".bias", "embeddings.LayerNorm.bias", m->hidden, 0, 0, true);
}

static pr_status add_classifier(making *m) {
    m->labels = (uint32_t)prt_weights_rows(&m->weights, "classifier.weight");
    if (m->labels == 0)
        return PR_OK;
    if (m->labels > 1024)
        return prt_fail(m->error, PR_E_FORMAT, "%s, tensor classifier.weight: has more than 1024 labels",
                        m->weights.path);
    PRT_TRY(add_table(m, "pooler", "", "pooler.dense.weight", m->hidden, m->hidden, m->hidden, true));
    PRT_TRY(add_table(m, "pooler", ".bias", "pooler.dense.bias", m->hidden, 0, 0, true));
    PRT_TRY(add_table(m, "classifier", "", "classifier.weight", m->labels, m->labels, m->hidden, true));
    return add_table(m, "classifier", ".bias", "classifier.bias", m->labels, 0, 0, true);
}

/* ---- vocabulary and settings ---- */

static pr_status add_vocabulary(making *m) {
    const prt_model_tokens *t = &m->tokens;
    size_t total = 0, longest = 0;
    for (uint32_t i = 0; i < t->count; i++) {
        total += t->tokens[i].size;
        longest = t->tokens[i].size > longest ? t->tokens[i].size : longest;
    }
    const size_t width = longest < 256 ? 1 : 2;
    char *bytes = take(m, total + 1, 1), *at = bytes;
    uint8_t *lengths = take(m, t->count, width);
    if (!bytes || !lengths)
        return no_memory(m);
    for (uint32_t i = 0; i < t->count; i++) {
        const uint16_t length = (uint16_t)t->tokens[i].size;
        memcpy(lengths + i * width, &length, width); /* the low byte first */
        memcpy(at, t->tokens[i].bytes, length);
        at += length;
    }
    PRT_TRY(add(m, "vocab", ".bytes", PR_U8, total, 0, bytes));
    PRT_TRY(add(m, "vocab", ".lengths", width == 1 ? PR_U8 : PR_U16, t->count, 0, lengths));
    return add(m, "special", "", PR_U32, t->special_count, 0, t->special);
}

static pr_status add_settings(making *m) {
    const prt_model_tokens *t = &m->tokens;
    const uint32_t flags =
        (t->lower ? LOWER : 0) | (t->strip_accents ? STRIP_ACCENTS : 0) | (t->ideographs ? IDEOGRAPHS : 0);
    const uint32_t values[SETTINGS] = {FORMAT,          m->bits,      m->hidden, m->layers,      m->heads,
                                       m->intermediate, m->positions, m->types,  m->labels,      flags,
                                       t->cls,          t->sep,       t->unk,    t->longest_word};
    uint32_t *settings = take(m, SETTINGS, sizeof *settings);
    if (!settings)
        return no_memory(m);
    memcpy(settings, values, sizeof values);
    PRT_TRY(add(m, "settings", "", PR_U32, SETTINGS, 0, settings));
    return add(m, "epsilon", "", PR_F32, 1, 0, &m->epsilon);
}

/* ---- all ---- */

static pr_status write(making *m, pr_buffer *out) {
    static const char *const metadata[] = {"format", "pocketrec encoder 1"};
    uint64_t size = 65536;
    for (size_t i = 0; i < m->count; i++)
        size += m->tensors[i].shape[0] * (m->tensors[i].dims == 2 ? m->tensors[i].shape[1] : 1) *
                pr_dtype_size(m->tensors[i].dtype);
    *out = (pr_buffer){.arena = m->arena, .bytes = take(m, size, 1), .capacity = (size_t)size}; /* it need not grow */
    if (!out->bytes)
        return no_memory(m);
    return pr_safetensors_write(m->tensors, m->count, metadata, 1, out, m->error);
}

static pr_status make(making *m, pr_buffer *out) {
    PRT_TRY(read_config(m));
    PRT_TRY(check_modules(m));
    PRT_TRY(prt_model_tokens_read(m->folder, m->arena, &m->tokens, m->error));
    const char *path = prt_model_path(m->folder, "model.safetensors", m->arena);
    if (!path)
        return no_memory(m);
    PRT_TRY(prt_weights_open(path, &m->weights, m->error));
    PRT_TRY(add_vocabulary(m));
    PRT_TRY(add_embeddings(m));
    PRT_TRY(add_layers(m));
    PRT_TRY(add_classifier(m));
    PRT_TRY(add_settings(m));
    return write(m, out);
}

pr_status prt_encoder_make(const char *folder, uint32_t bits, pr_arena *arena, pr_buffer *out, pr_error *error) {
    making m = {.folder = folder, .arena = arena, .error = error, .bits = bits};
    m.config_path = prt_model_path(folder, "config.json", arena);
    const pr_status status = m.config_path ? make(&m, out) : no_memory(&m);
    prt_weights_close(&m.weights);
    return status;
}
