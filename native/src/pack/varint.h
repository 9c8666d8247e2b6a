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

#endif
