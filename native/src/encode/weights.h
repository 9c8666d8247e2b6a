/* The weights of a model as Hugging Face stores them: model.safetensors with F32, F16 or BF16 tensors. */
#ifndef PRT_WEIGHTS_H
#define PRT_WEIGHTS_H

#include "pocketrec.h"

typedef struct prt_weights {
    const char *path;   /* for messages */
    const char *prefix; /* of all names: "" or "bert." */
    char *bytes;        /* the whole file */
    size_t size, data;  /* bytes, and where the tensors begin */
    pr_arena arena;
    const pr_json *header;
} prt_weights;

/* Read the file; every tensor must lie inside it. Close also after a failure. `path` is borrowed. */
pr_status prt_weights_open(const char *path, prt_weights *out, pr_error *error);
void prt_weights_close(prt_weights *weights);

/* The shape of a tensor: its rows, 0 when there is none with this name. */
uint64_t prt_weights_rows(const prt_weights *weights, const char *name);

/* Numbers of the tensor `name`, which must have the shape [rows, columns], or [rows] when columns is 0, and hold finite
 * numbers only. PR_E_FORMAT names file and tensor. */
pr_status prt_weights_read(const prt_weights *weights, const char *name, uint64_t rows, uint64_t columns, float *out,
                           pr_error *error);

/* The number that a BF16 is, the upper half of a float32. */
float prt_from_bfloat16(uint16_t half);

#endif
