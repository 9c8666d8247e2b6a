/* SHA-256 (FIPS 180-4). A shard is believed only when its bytes have the hash that the manifest promised. */
#include "sha256.h"

#include <string.h>

const uint32_t pr__sha256_rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

PR__INLINE uint32_t rotate(uint32_t x, int n) {
    return (x >> n) | (x << (32 - n));
}

/* One block of 64 bytes (section 6.2.2). */
static void add_block(uint32_t state[8], const uint8_t *block) {
    uint32_t w[64];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 |
               block[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ (w[i - 15] >> 3);
        uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ (w[i - 2] >> 10);
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    /* Eight names, so that they live in registers. */
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int i = 0; i < 64; i++) {
        uint32_t s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
        uint32_t choose = (e & f) ^ (~e & g);
        uint32_t t1 = h + s1 + choose + pr__sha256_rounds[i] + w[i];
        uint32_t s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
        uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + s0 + majority;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

void pr__sha256_plain(uint32_t state[8], const uint8_t *blocks, size_t count) {
    for (; count > 0; count--, blocks += 64)
        add_block(state, blocks);
}

static void add_blocks(uint32_t state[8], const uint8_t *blocks, size_t count) {
#if PR_SHA256_X86
    if (pr__sha256_x86_able()) {
        pr__sha256_x86(state, blocks, count);
        return;
    }
#endif
    pr__sha256_plain(state, blocks, count);
}

void pr_sha256_init(pr_sha256 *hash) {
    static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(hash->state, start, sizeof start);
    hash->length = 0;
}

void pr_sha256_update(pr_sha256 *hash, const void *bytes, size_t size) {
    const uint8_t *p = bytes;
    size_t filled = (size_t)(hash->length % 64);
    hash->length += size;
    if (filled) {
        size_t take = size < 64 - filled ? size : 64 - filled;
        memcpy(hash->block + filled, p, take);
        p += take;
        size -= take;
        if (filled + take < 64)
            return;
        add_blocks(hash->state, hash->block, 1);
    }
    add_blocks(hash->state, p, size / 64);
    if (size % 64)
        memcpy(hash->block, p + size / 64 * 64, size % 64);
}

void pr_sha256_bytes(pr_sha256 *hash, uint8_t bytes[32]) {
    uint64_t bits = hash->length * 8;
    uint8_t tail[72] = {0x80};
    size_t filled = (size_t)(hash->length % 64);
    size_t padding = filled < 56 ? 56 - filled : 120 - filled;
    for (int i = 0; i < 8; i++)
        tail[padding + (size_t)i] = (uint8_t)(bits >> (56 - 8 * i));
    pr_sha256_update(hash, tail, padding + 8);
    for (int i = 0; i < 32; i++)
        bytes[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
}

void pr_sha256_hex(pr_sha256 *hash, char hex[65]) {
    uint8_t bytes[32];
    pr_sha256_bytes(hash, bytes);
    for (int i = 0; i < 64; i++)
        hex[i] = "0123456789abcdef"[bytes[i / 2] >> (i % 2 ? 0 : 4) & 15];
    hex[64] = 0;
}
