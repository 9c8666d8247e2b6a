/* An encoder from where a configuration or a command names it. */
#ifndef PRT_LOADED_H
#define PRT_LOADED_H

#include "pocketrec.h"

typedef struct prt_loaded_encoder {
    pr_arena arena;
    char *read;      /* bytes that were read from a file, or NULL */
    pr_text file;    /* the bytes of the encoder file */
    char sha256[65]; /* of them */
    pr_encoder *encoder;
} prt_loaded_encoder;

/* Open the encoder at `path`: a folder of Hugging Face's, made into weights of `bits` (4, 8 or 32), or an encoder file,
 * which is as it is. PR_E_IO, PR_E_FORMAT, PR_E_MEMORY. Close also after a failure. */
pr_status prt_loaded_open(const char *path, uint32_t bits, prt_loaded_encoder *out, pr_error *error);
void prt_loaded_close(prt_loaded_encoder *loaded);

#endif
