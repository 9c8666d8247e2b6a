/* A small encoder with random weights: two layers of 24 numbers, odd sizes on purpose. */
#ifndef SMALL_ENCODER_H
#define SMALL_ENCODER_H

#include "pocketrec.h"

enum { SMALL_HIDDEN = 24, SMALL_LAYERS = 2, SMALL_HEADS = 4, SMALL_WIDE = 37, SMALL_POSITIONS = 20, SMALL_LABELS = 3 };

/* Its tokens in the order of their ids; NULL ends. */
extern const char *const small_encoder_tokens[];

/* The bytes of an encoder file, in the buffer's arena; they begin at a multiple of 16. `labels`: with a classifier. */
pr_status small_encoder_write(uint32_t bits, bool labels, pr_buffer *out);

/* The same with other tokens, the first five of which must be [PAD] [UNK] [CLS] [SEP] [MASK], and so many labels. */
pr_status small_encoder_write_tokens(const char *const *words, uint32_t bits, uint32_t labels, pr_buffer *out);

/* Tokens that spell every word of Latin letters. */
extern const char *const small_encoder_letters[];

#endif
