/* An opened encoder: settings, vocabulary and the weights as the kernels want them. docs/bundle-format.md has the file.
 */
#ifndef PR_ENCODER_H
#define PR_ENCODER_H

#include "characters.h"
#include "kernels.h"
#include "nibbles.h"
#include "vocabulary.h"

/* The tensor `settings` of an encoder file: U32 numbers in this order. */
enum {
    PR_SET_FORMAT, /* PR_ENCODER_FORMAT */
    PR_SET_BITS,   /* of a weight: 32 (F32), 8 (I8 with a scale a row) or 4 (nibbles.h; some with 8) */
    PR_SET_HIDDEN, /* numbers a token */
    PR_SET_LAYERS,
    PR_SET_HEADS,        /* of attention; divides hidden */
    PR_SET_INTERMEDIATE, /* numbers a token between the two products of a feed-forward step */
    PR_SET_POSITIONS,    /* most tokens of a sequence */
    PR_SET_TYPES,        /* kinds of segments: 1 or 2 */
    PR_SET_LABELS,       /* of the classifier, 0: an encoder that pools */
    PR_SET_FLAGS,        /* PR_ENCODE_… */
    PR_SET_CLS,
    PR_SET_SEP,
    PR_SET_UNK,
    PR_SET_LONGEST_WORD, /* characters; a longer one is unknown */
    PR_SETTINGS_COUNT
};
enum { PR_ENCODER_FORMAT = 1 };
enum { PR_ENCODE_LOWER = 1, PR_ENCODE_STRIP_ACCENTS = 2, PR_ENCODE_IDEOGRAPHS = 4 };

/* Limits, so that sums of sizes and products of whole numbers fit. */
enum {
    PR_MOST_HIDDEN = 4096,
    PR_MOST_LAYERS = 64,
    PR_MOST_INTERMEDIATE = 16384,
    PR_MOST_POSITIONS = 8192,
    PR_MOST_TYPES = 2,
    PR_MOST_LABELS = 1024,
    PR_MOST_WORD = 100,
    PR_MOST_SPECIAL = 64,
};

/* A table of rows that tokens choose from: numbers, or bytes or nibbles with a scale a row. */
typedef struct pr__rows {
    const float *floats; /* or NULL */
    const int8_t *bytes;
    const uint8_t *codes, *multipliers;
    const uint16_t *scales; /* upper halves of float32 */
} pr__rows;

typedef struct pr__norm {
    const float *weight, *bias;
} pr__norm;

typedef struct pr__layer {
    pr__linear query_key_value, attention_output, intermediate, output;
    pr__norm attention_norm, output_norm;
} pr__layer;

struct pr_encoder {
    pr_arena arena; /* holds all that is not in the file's bytes */
    const pr__kernels *kernels;
    uint32_t settings[PR_SETTINGS_COUNT];
    float epsilon; /* of the layer norms */
    pr__characters characters;
    pr__vocabulary vocabulary;
    const uint32_t *special; /* ids of tokens that are found as a whole, before words are cut */
    uint32_t special_count;
    pr__rows words, positions;
    const float *types;
    pr__norm embedding_norm;
    pr__layer *layers;
    pr__linear pooler, classifier; /* where there are labels */
};

#endif
