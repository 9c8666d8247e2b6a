/* Bytes that grow within room that was taken for them, and varints: seven bits a byte, lowest first. */
#ifndef PRT_VARINT_H
#define PRT_VARINT_H

#include <stddef.h>
#include <stdint.h>

typedef struct prt_bytes {
    uint8_t *data;
    size_t size;
} prt_bytes;

static inline void prt_put_varint(prt_bytes *out, uint32_t value) {
    while (value >= 128) {
        out->data[out->size++] = (uint8_t)(value | 128);
        value >>= 7;
    }
    out->data[out->size++] = (uint8_t)value;
}

/* The `i`-th of the links of item `own`, which go by rising item; `before` is the one before it. The first is the
 * zigzag of the distance from the item itself, the others gap - 1. */
static inline void prt_put_link(prt_bytes *out, uint32_t own, uint32_t before, uint32_t i, uint32_t item) {
    if (i)
        prt_put_varint(out, item - before - 1);
    else
        prt_put_varint(out, item >= own ? (item - own) << 1 : ((own - item - 1) << 1) | 1);
}

#endif
