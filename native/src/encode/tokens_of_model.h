/* The vocabulary of a model and how it wants texts cut: from tokenizer.json, or from vocab.txt and
 * tokenizer_config.json. */
#ifndef PRT_TOKENS_OF_MODEL_H
#define PRT_TOKENS_OF_MODEL_H

#include "pocketrec.h"

enum { PRT_MOST_SPECIAL = 64, PRT_LONGEST_TOKEN = 65535 };

typedef struct prt_model_tokens {
    pr_text *tokens; /* by id */
    uint32_t count;
    bool lower, strip_accents, ideographs;
    uint32_t longest_word;
    uint32_t cls, sep, unk;
    uint32_t special[PRT_MOST_SPECIAL]; /* rising */
    uint32_t special_count;
    uint64_t most_tokens; /* of a sequence; 0: nothing is said */
} prt_model_tokens;

/* From the files in `folder`. All lives in `arena`. PR_E_IO when a file is missing, PR_E_FORMAT when it is no WordPiece
 * vocabulary as BERT has it. */
pr_status prt_model_tokens_read(const char *folder, pr_arena *arena, prt_model_tokens *out, pr_error *error);

/* Read a JSON file of the model; *out stays NULL when there is none. */
pr_status prt_model_json(const char *folder, const char *file, pr_arena *arena, const pr_json **out, pr_error *error);
/* "folder/file" in the arena, NULL when out of memory. */
const char *prt_model_path(const char *folder, const char *file, pr_arena *arena);

#endif
