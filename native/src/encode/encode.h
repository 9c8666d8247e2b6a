/* Text encoders natively: making the encoder file from a model of Hugging Face, and embedding many texts. */
#ifndef PRT_ENCODE_H
#define PRT_ENCODE_H

#include "pocketrec.h"

/* The bytes of an encoder file (docs/bundle-format.md) from the folder of a BERT model: config.json, model.safetensors,
 * and tokenizer.json or vocab.txt; modules.json and the like are heeded where they are there. `bits`: 32, 8 for
 * weights of eight bits with a scale a row, or 4 for half of these. The bytes live in `arena`. PR_E_IO names a file
 * that is missing, PR_E_FORMAT file and tensor, PR_E_MEMORY. */
pr_status prt_encoder_make(const char *folder, uint32_t bits, pr_arena *arena, pr_buffer *out, pr_error *error);

/* Embeddings of `count` texts, out[count][dims], on `threads` threads; the same bits for any number of them. With
 * `seconds` (count texts, or NULL) pairs are scored instead: out[count][labels]. */
pr_status prt_encode_texts(const pr_encoder *encoder, const pr_text *texts, const pr_text *seconds, size_t count,
                           int threads, float *out, pr_error *error);

#endif
