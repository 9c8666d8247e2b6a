/* Amounts as shops write them. */
#ifndef PRT_MONEY_H
#define PRT_MONEY_H

#include "pocketrec.h"

enum { PRT_MOST_AMOUNT = 63 };

/* "₹1,24,999.50", "Rs. 499", "1 299.00 EUR" → "124999.50", "499", "1299.00" (a text of at most PRT_MOST_AMOUNT bytes
 * and a NUL). One sign or code of a currency before or behind; digits in groups of three, or as in India the last
 * three and then twos, with one kind of separator: comma, blank or apostrophe. The decimal sign is a point. False: it
 * is none of that. */
bool prt_money_plain(const char *bytes, size_t size, char out[PRT_MOST_AMOUNT + 1], size_t *out_size);

#endif
