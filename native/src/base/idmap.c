/* Ids to their place. */
#include "idmap.h"

#include <stdlib.h>

enum { DENSE_MOST = 1 << 26, DENSE_SLACK = 8, FIRST_ROOM = 256 };

bool prt_text_pool_add(prt_text_pool *pool, const char *bytes, size_t size) {
    if (pool->count + 2 > pool->room) {
        uint32_t room = pool->room ? pool->room * 2 : FIRST_ROOM;
        uint64_t *offsets = room > pool->room ? realloc(pool->offsets, room * sizeof *offsets) : NULL;
        if (!offsets)
            return false;
        if (pool->room == 0)
            offsets[0] = 0;
        pool->offsets = offsets;
        pool->room = room;
    }
    if (pool->size + size > pool->bytes_room) {
        uint64_t room = (pool->size + size) * 2 + FIRST_ROOM;
        char *grown = realloc(pool->bytes, room);
        if (!grown)
            return false;
        pool->bytes = grown;
        pool->bytes_room = room;
    }
    if (size)
        memcpy(pool->bytes + pool->size, bytes, size);
    pool->size += size;
    pool->offsets[++pool->count] = pool->size;
    return true;
}

bool prt_text_pool_take(prt_text_pool *pool, prt_strings *out) {
    uint64_t *offsets = realloc(pool->offsets, (pool->count + (size_t)1) * sizeof *offsets);
    char *bytes = offsets ? realloc(pool->bytes, pool->size + 1) : NULL;
    if (offsets)
        pool->offsets = offsets;
    if (!bytes)
        return false;
    pool->offsets[0] = 0;
    *out = (prt_strings){pool->count, pool->offsets, bytes};
    *pool = (prt_text_pool){0};
    return true;
}

void prt_text_pool_free(prt_text_pool *pool) {
    free(pool->offsets);
    free(pool->bytes);
    *pool = (prt_text_pool){0};
}

void prt_idmap_free(prt_idmap *map) {
    prt_text_pool_free(&map->ids);
    free(map->dense);
    free(map->table);
    *map = (prt_idmap){0};
}

/* Multiply and mix, 8 bytes at a time. Only for placing: no result depends on it. */
static uint32_t hash(const char *bytes, size_t size) {
    uint64_t h = size * UINT64_C(0x9E3779B97F4A7C15);
    while (size > 0) {
        uint64_t word = 0;
        size_t n = size < 8 ? size : 8;
        memcpy(&word, bytes, n);
        h = (h ^ word) * UINT64_C(0xFF51AFD7ED558CCD);
        h ^= h >> 32;
        bytes += n;
        size -= n;
    }
    return (uint32_t)(h ^ h >> 29);
}

static bool is_id(const prt_idmap *map, uint32_t index, const char *bytes, size_t size) {
    uint64_t from = map->ids.offsets[index];
    return map->ids.offsets[index + 1] - from == size && memcmp(map->ids.bytes + from, bytes, size) == 0;
}

/* The slot where the id is or would be. */
static uint32_t find_slot(const prt_idmap *map, uint32_t h, const char *bytes, size_t size) {
    uint32_t slot = h & (map->table_room - 1);
    while (map->table[slot] != UINT64_MAX) {
        if (map->table[slot] >> 32 == h && is_id(map, (uint32_t)map->table[slot], bytes, size))
            break;
        slot = (slot + 1) & (map->table_room - 1);
    }
    return slot;
}

uint32_t prt_idmap_find_text(const prt_idmap *map, const char *bytes, size_t size) {
    if (map->table_count == 0)
        return PRT_NONE;
    uint64_t found = map->table[find_slot(map, hash(bytes, size), bytes, size)];
    return found == UINT64_MAX ? PRT_NONE : (uint32_t)found;
}

static bool grow_table(prt_idmap *map) {
    uint32_t room = map->table_room ? map->table_room * 2 : FIRST_ROOM;
    uint64_t *table = room > map->table_room ? malloc(room * sizeof *table) : NULL;
    if (!table)
        return false;
    memset(table, 0xFF, room * sizeof *table);
    for (uint32_t i = 0; i < map->table_room; i++) {
        if (map->table[i] == UINT64_MAX)
            continue;
        uint32_t slot = (uint32_t)(map->table[i] >> 32) & (room - 1);
        while (table[slot] != UINT64_MAX)
            slot = (slot + 1) & (room - 1);
        table[slot] = map->table[i];
    }
    free(map->table);
    map->table = table;
    map->table_room = room;
    return true;
}

/* Make room for the number in the array, when the array stays in proportion to what is in it. */
static bool reach_dense(prt_idmap *map, uint32_t number) {
    if (number < map->dense_room)
        return true;
    if (number >= DENSE_MOST || number / DENSE_SLACK >= map->ids.count + 1024u)
        return false;
    uint32_t room = map->dense_room ? map->dense_room : FIRST_ROOM;
    while (room <= number)
        room *= 2;
    uint32_t *dense = realloc(map->dense, room * sizeof *dense);
    if (!dense)
        return false;
    memset(dense + map->dense_room, 0xFF, (room - map->dense_room) * sizeof *dense);
    map->dense = dense;
    map->dense_room = room;
    return true;
}

bool prt_idmap_add(prt_idmap *map, const char *bytes, size_t size, uint32_t *index, bool *added) {
    char padded[8] = {0};
    uint32_t number = 0;
    memcpy(padded, bytes, size < 8 ? size : 8);
    bool small = size <= 8 && prt_small_number(padded, size, &number);
    *index = prt_idmap_find(map, size < 8 ? padded : bytes, size);
    *added = *index == PRT_NONE;
    if (!*added)
        return true;
    if (map->ids.count >= PRT_NONE - 1)
        return false;
    *index = map->ids.count;
    if (small && reach_dense(map, number)) {
        map->dense[number] = *index;
        return prt_text_pool_add(&map->ids, bytes, size);
    }
    if (map->table_count >= map->table_room / 2 && !grow_table(map))
        return false;
    uint32_t h = hash(bytes, size);
    uint32_t slot = find_slot(map, h, bytes, size);
    if (!prt_text_pool_add(&map->ids, bytes, size))
        return false;
    map->table[slot] = (uint64_t)h << 32 | *index;
    map->table_count++;
    return true;
}

bool prt_idmap_fill(prt_idmap *map, const prt_strings *ids) {
    bool ok = true, added;
    uint32_t index;
    for (uint32_t i = 0; ok && i < ids->count; i++) {
        char padded[8] = "";
        const char *bytes = ids->bytes + ids->offsets[i];
        size_t size = (size_t)(ids->offsets[i + (size_t)1] - ids->offsets[i]);
        if (size <= sizeof padded && size)
            memcpy(padded, bytes, size);
        ok = prt_idmap_add(map, size <= sizeof padded ? padded : bytes, size, &index, &added);
    }
    return ok;
}

uint32_t prt_idmap_look_up(const prt_idmap *map, const char *bytes, size_t size) {
    char padded[8] = "";
    if (size <= sizeof padded && size)
        memcpy(padded, bytes, size);
    return prt_idmap_find(map, size <= sizeof padded ? padded : bytes, size);
}
