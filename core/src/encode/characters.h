/* What the tokenizer of BERT models knows of Unicode's characters. */
#ifndef PR_CHARACTERS_H
#define PR_CHARACTERS_H

#include "base.h"

/* Bits of a character's class; 0: part of a word. */
enum {
    PR_CHAR_REMOVED = 1,     /* control and format characters, U+FFFD */
    PR_CHAR_SPACE = 2,       /* parts words */
    PR_CHAR_PUNCTUATION = 4, /* parts words and is one */
    PR_CHAR_MARK = 8,        /* an accent (general category Mn) */
    PR_CHAR_IDEOGRAPH = 16,  /* Chinese: a word of its own */
};

enum { PR_MOST_DECOMPOSED = 3 };

typedef struct pr__characters {
    const uint32_t *class_first; /* first character of each run of one class */
    const uint8_t *class_of;
    uint32_t class_count;
    const uint32_t *decomposed;     /* characters that decompose, rising */
    const uint32_t *decomposed_end; /* where the targets of each end */
    const uint32_t *targets;
    uint32_t decomposed_count;
    const struct pr__case_run *cases;
    uint32_t case_count;
    uint8_t ascii[128]; /* classes */
} pr__characters;

/* The tables are packed in the code and unpacked into `arena` (35 KB). */
pr_status pr__characters_open(pr_arena *arena, pr__characters *out, pr_error *error);
uint32_t pr__character_class(const pr__characters *characters, uint32_t code);
/* The canonical decomposition without its accents (1 to 3 characters; `code` itself where there is none). Marks that
 * are not accents keep their order: what sorting them would change is in no vocabulary. */
uint32_t pr__character_decompose(const pr__characters *characters, uint32_t code, uint32_t out[PR_MOST_DECOMPOSED]);
/* Lower case, 1 or 2 characters. */
uint32_t pr__character_lower(const pr__characters *characters, uint32_t code, uint32_t out[2]);

/* The packed tables: data/unicode/make_characters.py says how. */
extern const uint8_t pr__character_classes[], pr__decompositions[], pr__lower_cases[];

#endif
