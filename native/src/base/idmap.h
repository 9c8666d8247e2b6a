/* Ids to their place: text → 0, 1, 2, … in the order of insertion. Small whole numbers, which most ids are, are looked
 * up in an array; all others in a hash table. */
#ifndef PRT_IDMAP_H
#define PRT_IDMAP_H

#include "tables.h"

#include <string.h>

/* Strings that are still growing; becomes a prt_strings. */
typedef struct prt_text_pool {
    uint32_t count, room;
    uint64_t *offsets;
    char *bytes;
    uint64_t size, bytes_room;
} prt_text_pool;

bool prt_text_pool_add(prt_text_pool *pool, const char *bytes, size_t size); /* false: out of memory */
/* Hand the strings over (with at least one offset); the pool is empty afterwards. */
bool prt_text_pool_take(prt_text_pool *pool, prt_strings *out);
void prt_text_pool_free(prt_text_pool *pool);

typedef struct prt_idmap {
    prt_text_pool ids;
    uint32_t *dense; /* by number; PRT_NONE where nothing is */
    uint32_t dense_room;
    uint32_t table_count, table_room; /* a power of two */
    uint64_t *table;                  /* hash << 32 | index; UINT64_MAX where nothing is */
} prt_idmap;

void prt_idmap_free(prt_idmap *map);

/* The index of an id that is not a small number, or PRT_NONE. */
uint32_t prt_idmap_find_text(const prt_idmap *map, const char *bytes, size_t size);

/* Insert unless it is there; *index gets its place, *added whether it is new. False: out of memory or 2^32 - 1 ids. */
bool prt_idmap_add(prt_idmap *map, const char *bytes, size_t size, uint32_t *index, bool *added);

/* All the ids of a table; the map must be empty. False: out of memory. */
bool prt_idmap_fill(prt_idmap *map, const prt_strings *ids);
/* The index of an id of which no byte behind its last may be read, or PRT_NONE. */
uint32_t prt_idmap_look_up(const prt_idmap *map, const char *bytes, size_t size);

/* A number of 1 to 8 digits without a leading zero? Reads 8 bytes from `bytes`, whatever the size. */
static inline bool prt_small_number(const char *bytes, size_t size, uint32_t *out) {
    if (size - 1 > 7)
        return false;
    uint64_t text;
    memcpy(&text, bytes, 8);
    /* Right-align the digits: first digit = lowest byte = most significant; missing ones become 0. */
    unsigned shift = (unsigned)(64 - 8 * size);
    uint64_t digits = (text << shift) - (UINT64_C(0x3030303030303030) << shift);
    if (((digits + UINT64_C(0x7676767676767676)) | digits) & UINT64_C(0x8080808080808080))
        return false;
    if (bytes[0] == '0' && size > 1)
        return false;
    digits = digits * 10 + (digits >> 8);
    const uint64_t mask = UINT64_C(0x000000FF000000FF);
    uint64_t high = (digits & mask) * (100 + (UINT64_C(1000000) << 32));
    uint64_t low = (digits >> 16 & mask) * (1 + (UINT64_C(10000) << 32));
    *out = (uint32_t)((high + low) >> 32);
    return true;
}

/* The index of an id, or PRT_NONE. Reads 8 bytes from `bytes`, whatever the size. */
static inline uint32_t prt_idmap_find(const prt_idmap *map, const char *bytes, size_t size) {
    uint32_t number;
    if (prt_small_number(bytes, size, &number) && number < map->dense_room && map->dense[number] != PRT_NONE)
        return map->dense[number];
    return map->table_count ? prt_idmap_find_text(map, bytes, size) : PRT_NONE;
}

#endif
