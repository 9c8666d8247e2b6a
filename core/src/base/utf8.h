/* Decoding and encoding of single characters. */
#ifndef PR_UTF8_H
#define PR_UTF8_H

#include "base.h"

enum { PR_MAX_WORD = 64 /* bytes of a folded word; what is longer is cut */ };

/* The first character of p[0..size): its length in bytes, or 0 when it is not valid UTF-8. */
size_t pr__utf8_decode(const uint8_t *p, size_t size, uint32_t *code);
/* Characters of valid UTF-8. */
size_t pr__utf8_length(const char *bytes, size_t size);
/* The bytes of a code point (valid, no surrogate) into `out`; returns how many. */
size_t pr__utf8_encode(uint32_t code, char out[4]);
/* The folded bytes of one character of a word: lower case, without Latin accents; 0 for what parts words. */
size_t pr__fold(uint32_t code, char out[4]);

#endif
