/* Reader of Universal Binary JSON (ubjson.org), the format of XGBoost's model files: floats are there as their very
 * bits. Every size is checked against the bytes that are left; after anything wrong `wrong` stays set. */
#ifndef PRT_UBJ_H
#define PRT_UBJ_H

#include "pocketrec.h"

typedef struct prt_ubj {
    const unsigned char *bytes;
    size_t size, at;
    bool wrong;
} prt_ubj;

/* An array whose elements all have the same type: 'd' float32, 'l' int32, 'L' int64, 'U' uint8; big-endian. */
typedef struct prt_ubj_array {
    char type;
    size_t count;
    const unsigned char *elements;
} prt_ubj_array;

/* Enter the object that the reader stands at; then next_member until it gives false: after the last one or wrong. After
 * it gives true the reader stands at the member's value, which must be read, entered or skipped. */
bool prt_ubj_enter_object(prt_ubj *reader);
bool prt_ubj_next_member(prt_ubj *reader, pr_text *key);

/* Go to the value of `key` in the object that the reader stands at. False: not there, or no object. */
bool prt_ubj_go_to(prt_ubj *reader, const char *key);

/* Enter an array of `*count` values of any types; the reader stands at the first. */
bool prt_ubj_enter_array(prt_ubj *reader, size_t *count);
/* Read an array of numbers of one type. */
bool prt_ubj_read_array(prt_ubj *reader, prt_ubj_array *out);
bool prt_ubj_skip(prt_ubj *reader);

float prt_ubj_float(const prt_ubj_array *array, size_t i);
int32_t prt_ubj_int(const prt_ubj_array *array, size_t i); /* of 'l' and 'U' */

#endif
