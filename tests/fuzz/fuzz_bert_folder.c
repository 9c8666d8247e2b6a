/* Any bytes as one file of a model's folder (the first byte chooses which).
 * What prt_encoder_make takes must give an encoder file that the core opens and that cuts a text;
 * what it does not take must be refused with a reason. */
#include "encode.h"
#include "fuzz_folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HIDDEN = 4, VOCABULARY = 6, POSITIONS = 5, ROOM = 1 << 16 };

static const char CONFIG[] =
    "{\"model_type\":\"bert\",\"hidden_act\":\"gelu\",\"hidden_size\":4,\"num_hidden_layers\":1,"
    "\"num_attention_heads\":2,\"intermediate_size\":4,\"max_position_embeddings\":5,"
    "\"type_vocab_size\":2,\"vocab_size\":6}";
static const char VOCABULARY_TEXT[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n##a\n";

/* Name, rows, columns (0: a list). */
static const struct {
    const char *name;
    unsigned rows, columns;
} TENSORS[] = {
    {"embeddings.word_embeddings.weight", VOCABULARY, HIDDEN},
    {"embeddings.position_embeddings.weight", POSITIONS, HIDDEN},
    {"embeddings.token_type_embeddings.weight", 2, HIDDEN},
    {"embeddings.LayerNorm.weight", HIDDEN, 0},
    {"embeddings.LayerNorm.bias", HIDDEN, 0},
    {"encoder.layer.0.attention.self.query.weight", HIDDEN, HIDDEN},
    {"encoder.layer.0.attention.self.query.bias", HIDDEN, 0},
    {"encoder.layer.0.attention.self.key.weight", HIDDEN, HIDDEN},
    {"encoder.layer.0.attention.self.key.bias", HIDDEN, 0},
    {"encoder.layer.0.attention.self.value.weight", HIDDEN, HIDDEN},
    {"encoder.layer.0.attention.self.value.bias", HIDDEN, 0},
    {"encoder.layer.0.attention.output.dense.weight", HIDDEN, HIDDEN},
    {"encoder.layer.0.attention.output.dense.bias", HIDDEN, 0},
    {"encoder.layer.0.attention.output.LayerNorm.weight", HIDDEN, 0},
    {"encoder.layer.0.attention.output.LayerNorm.bias", HIDDEN, 0},
    {"encoder.layer.0.intermediate.dense.weight", HIDDEN, HIDDEN},
    {"encoder.layer.0.intermediate.dense.bias", HIDDEN, 0},
    {"encoder.layer.0.output.dense.weight", HIDDEN, HIDDEN},
    {"encoder.layer.0.output.dense.bias", HIDDEN, 0},
    {"encoder.layer.0.output.LayerNorm.weight", HIDDEN, 0},
    {"encoder.layer.0.output.LayerNorm.bias", HIDDEN, 0},
};
enum { COUNT = sizeof TENSORS / sizeof *TENSORS };

static char weights[ROOM]; /* the file without its header's length */
static size_t header_size, weights_size;

static void make_weights(void) {
    size_t at = 0, used = 0;
    used += (size_t)snprintf(weights, ROOM, "{");
    for (size_t i = 0; i < COUNT; i++) {
        const size_t size = 4 * TENSORS[i].rows * (TENSORS[i].columns ? TENSORS[i].columns : 1);
        char shape[32];
        snprintf(shape, sizeof shape, TENSORS[i].columns ? "%u,%u" : "%u", TENSORS[i].rows, TENSORS[i].columns);
        used += (size_t)snprintf(weights + used, ROOM - used,
                                 "%s\"%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[%zu,%zu]}", i ? "," : "",
                                 TENSORS[i].name, shape, at, at + size);
        at += size;
    }
    weights[used++] = '}';
    header_size = used;
    for (size_t i = 0; i < at; i += 4, used += 4) {
        const float value = (float)(i * 7 % 64) / 64.0f - 0.4f;
        memcpy(weights + used, &value, sizeof value);
    }
    weights_size = used;
}

/* A safetensors file with the header text[0 … size) and the numbers of the right one. */
static void write_weights(const char *text, size_t size) {
    const uint64_t length = size;
    const size_t numbers = weights_size - header_size;
    char *file = malloc(8 + size + numbers);
    memcpy(file, &length, 8);
    memcpy(file + 8, text, size);
    memcpy(file + 8 + size, weights + header_size, numbers);
    write_file("model.safetensors", file, 8 + size + numbers);
    free(file);
}

static void set_up(void) {
    make_folder();
    make_weights();
}

static void remove_file(const char *name) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    remove(path);
}

static void write_folder(unsigned kind, const char *text, size_t size) {
    write_file("config.json", kind == 0 ? text : CONFIG, kind == 0 ? size : sizeof CONFIG - 1);
    write_file("vocab.txt", kind == 1 ? text : VOCABULARY_TEXT, kind == 1 ? size : sizeof VOCABULARY_TEXT - 1);
    remove_file("tokenizer.json");
    if (kind == 2)
        write_file("tokenizer.json", text, size);
    remove_file("tokenizer_config.json");
    if (kind == 3)
        write_file("tokenizer_config.json", text, size);
    remove_file("modules.json");
    if (kind == 4)
        write_file("modules.json", text, size);
    write_weights(kind == 5 ? text : weights, kind == 5 ? size : header_size);
    if (kind == 6)
        write_file("model.safetensors", text, size);
}

static void use(const pr_buffer *made) {
    static const uint32_t offsets[] = {0, 3};
    pr_encoder *encoder;
    pr_error error = {0};
    uint32_t *ids, count;
    if (pr_encoder_open(made->bytes, made->size, NULL, &encoder, &error) != PR_OK) {
        fprintf(stderr, "%s\n", error.message);
        abort();
    }
    ids = calloc(pr_encoder_describe(encoder).tokens, sizeof *ids);
    if (pr_encoder_tokens(encoder, (pr_text){"aa a", 4}, 3, ids, &count) != PR_OK || count > 3) {
        abort();
    }
    if (count == 3 && pr_encoder_describe(encoder).dims == HIDDEN) {
        float row[HIDDEN];
        const pr_sequences sequences = {ids, offsets, NULL, 1};
        pr_arena arena;
        pr_arena_init(&arena, NULL, 0);
        pr_encoder_embed(encoder, &sequences, &arena, row, &error);
        pr_arena_free(&arena);
    }
    free(ids);
    pr_encoder_close(encoder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const uint32_t BITS[] = {32, 8, 4};
    static bool ready;
    if (!ready) {
        set_up();
        ready = true;
    }
    if (size == 0) {
        return 0;
    }
    pr_arena arena;
    pr_buffer made;
    pr_error error = {0};
    pr_arena_init(&arena, NULL, (size_t)1 << 30);
    write_folder(data[0] % 7, (const char *)data + 1, size - 1);
    if (prt_encoder_make(folder, BITS[data[0] / 7 % 3], &arena, &made, &error) == PR_OK) {
        use(&made);
    } else if (error.message[0] == '\0') {
        abort(); /* a refusal has a reason */
    }
    pr_arena_free(&arena);
    return 0;
}
