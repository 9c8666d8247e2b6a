/* Tokens and terms: what the parts of the search share. */
#ifndef PR_TOKENS_H
#define PR_TOKENS_H

#include "base.h"

/* Turn a folded token into its term in place: words are stemmed. Returns the new size. */
size_t pr__term(pr_token_kind kind, char *text, size_t size);
/* The short name of a unit of measure, or NULL. */
const char *pr__unit(const char *word, size_t size);

#endif
