/* What search by meaning adds to the description of the shop's search. */
#ifndef PR_OPENAPI_MEANING_H
#define PR_OPENAPI_MEANING_H

#include "base.h"

/* The text of an embedded part of the description with the additions put in. */
void pr__openapi_add_meaning(const unsigned char *object, size_t size, pr_buffer *out);

#endif
