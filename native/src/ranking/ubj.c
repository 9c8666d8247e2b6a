/* Universal Binary JSON: a marker byte, then what it says. Objects end with '}', arrays have their number of elements
 * in front ("[#" count elements, or "[$" type "#" count elements without markers). */
#include "ubj.h"

#include <string.h>

enum { MOST_DEPTH = 16 };

static bool fail(prt_ubj *reader) {
    reader->wrong = true;
    return false;
}

static bool left(prt_ubj *reader, size_t bytes) {
    return !reader->wrong && (bytes <= reader->size - reader->at || fail(reader));
}

static uint64_t big_endian(const unsigned char *bytes, size_t size) {
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return value;
}

/* Bytes of a number's value behind its marker; 0: no number. */
static size_t number_size(char type) {
    switch (type) {
    case 'i':
    case 'U':
        return 1;
    case 'I':
        return 2;
    case 'l':
    case 'd':
        return 4;
    case 'L':
    case 'D':
        return 8;
    default:
        return 0;
    }
}

static char next_byte(prt_ubj *reader) {
    return left(reader, 1) ? (char)reader->bytes[reader->at++] : 0;
}

static bool next_is(prt_ubj *reader, char wanted) {
    if (!left(reader, 1) || (char)reader->bytes[reader->at] != wanted)
        return false;
    reader->at++;
    return true;
}

static bool take_size(prt_ubj *reader, size_t *out) {
    char type = next_byte(reader);
    size_t bytes = type == 'd' || type == 'D' ? 0 : number_size(type);
    if (!bytes || !left(reader, bytes))
        return fail(reader);
    *out = (size_t)big_endian(reader->bytes + reader->at, bytes);
    reader->at += bytes;
    return *out <= reader->size - reader->at || fail(reader); /* nothing counted takes less than a byte */
}

static bool take_text(prt_ubj *reader, pr_text *out) {
    if (!take_size(reader, &out->size))
        return false;
    out->bytes = (const char *)reader->bytes + reader->at;
    reader->at += out->size;
    return true;
}

bool prt_ubj_enter_object(prt_ubj *reader) {
    return next_is(reader, '{') || fail(reader);
}

bool prt_ubj_next_member(prt_ubj *reader, pr_text *key) {
    return !next_is(reader, '}') && take_text(reader, key);
}

bool prt_ubj_go_to(prt_ubj *reader, const char *key) {
    pr_text name;
    if (!prt_ubj_enter_object(reader))
        return false;
    while (prt_ubj_next_member(reader, &name)) {
        if (name.size == strlen(key) && memcmp(name.bytes, key, name.size) == 0)
            return true;
        prt_ubj_skip(reader);
    }
    return fail(reader);
}

bool prt_ubj_enter_array(prt_ubj *reader, size_t *count) {
    return (next_is(reader, '[') && next_is(reader, '#')) ? take_size(reader, count) : fail(reader);
}

bool prt_ubj_read_array(prt_ubj *reader, prt_ubj_array *out) {
    if (!next_is(reader, '[') || !next_is(reader, '$'))
        return fail(reader);
    out->type = next_byte(reader);
    size_t bytes = number_size(out->type);
    if (!bytes || !next_is(reader, '#') || !take_size(reader, &out->count) ||
        out->count > (reader->size - reader->at) / bytes)
        return fail(reader);
    out->elements = reader->bytes + reader->at;
    reader->at += out->count * bytes;
    return true;
}

static bool skip(prt_ubj *reader, int depth);

static bool skip_object(prt_ubj *reader, int depth) {
    pr_text key;
    prt_ubj_enter_object(reader);
    while (prt_ubj_next_member(reader, &key))
        skip(reader, depth);
    return !reader->wrong;
}

static bool skip_array(prt_ubj *reader, int depth) {
    prt_ubj_array array;
    size_t count;
    if (left(reader, 2) && reader->bytes[reader->at + 1] == '$')
        return prt_ubj_read_array(reader, &array);
    if (!prt_ubj_enter_array(reader, &count))
        return false;
    while (count-- && skip(reader, depth))
        ;
    return !reader->wrong;
}

static bool skip(prt_ubj *reader, int depth) {
    pr_text text;
    if (depth == MOST_DEPTH || !left(reader, 1))
        return fail(reader);
    char type = (char)reader->bytes[reader->at];
    if (type == '{')
        return skip_object(reader, depth + 1);
    if (type == '[')
        return skip_array(reader, depth + 1);
    reader->at++;
    if (type == 'S')
        return take_text(reader, &text);
    size_t bytes = number_size(type);
    if (!left(reader, bytes) || (!bytes && !strchr("TFZN", type)))
        return fail(reader);
    reader->at += bytes;
    return true;
}

bool prt_ubj_skip(prt_ubj *reader) {
    return skip(reader, 0);
}

float prt_ubj_float(const prt_ubj_array *array, size_t i) {
    uint32_t bits = (uint32_t)big_endian(array->elements + 4 * i, 4);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

int32_t prt_ubj_int(const prt_ubj_array *array, size_t i) {
    return array->type == 'U' ? array->elements[i] : (int32_t)big_endian(array->elements + 4 * i, 4);
}
