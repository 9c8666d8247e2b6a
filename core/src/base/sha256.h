/* What the ways of adding blocks to a SHA-256 state share. */
#ifndef PR_SHA256_H
#define PR_SHA256_H

#include "base.h"

/* Processors with instructions for the rounds; only a compiler that can ask the processor for them builds that way. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 11
#define PR_SHA256_X86 1
#else
#define PR_SHA256_X86 0
#endif

extern const uint32_t pr__sha256_rounds[64]; /* the constants of the rounds (section 4.2.2) */

/* Add `count` blocks of 64 bytes to the state. */
void pr__sha256_plain(uint32_t state[8], const uint8_t *blocks, size_t count);
#if PR_SHA256_X86
bool pr__sha256_x86_able(void);
void pr__sha256_x86(uint32_t state[8], const uint8_t *blocks, size_t count);
#endif

#endif
