/* The kernels in vectors of PR_LANES floats. Whoever includes this defines PR_LANES (1, 4, 8 or 16), PR_TILE_ROWS and
 * PR_TILE_VECTORS (what fits into the registers), PR_KERNELS and PR_KERNELS_NAME, and for products of whole numbers
 *   typedef … words;                                     2 x PR_LANES numbers of 16 bits
 *   words widen(const int8_t *bytes);                    from 2 x PR_LANES bytes
 *   words twins(const int16_t *pair);                    PR_LANES times the pair
 *   ints add_twins(ints sums, words a, words b);         sums[i] + a[2i] b[2i] + a[2i + 1] b[2i + 1] */
#include <math.h>
#include <string.h>

#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

PR__INLINE vec load(const float *from) {
    vec x;
    memcpy(&x, from, sizeof x);
    return x;
}

PR__INLINE void store(float *to, vec x) {
    memcpy(to, &x, sizeof x);
}

#define SPLAT(number) ((vec){0} + (number))

/* a where the mask is set, b elsewhere. */
PR__INLINE vec choose(ints mask, vec a, vec b) {
    return (vec)((mask & (ints)a) | (~mask & (ints)b));
}

/* ---- functions of single numbers ---- */

/* 1.5 x 2^23: added to a small number it leaves the nearest whole number in the low bits. */
#define TO_WHOLE 12582912.0f

/* exp(x) for x <= 0: 2^k exp(r), |r| <= ln 2 / 2, exp by a polynomial (own fit, relative error 3e-9); 0 below -87. */
PR__INLINE vec exp_negative(vec x) {
    const ints small = x < -87.0f;
    const vec kept = choose(small, SPLAT(0.0f), x);
    const vec whole = kept * 1.44269504f + TO_WHOLE, k = whole - TO_WHOLE;
    const vec r = (kept - k * 0.693359375f) - k * -2.12194440e-4f;
    vec p = r * 0.0013814597623422742f + 0.008368716575205326f;
    p = p * r + 0.04166838899254799f;
    p = p * r + 0.1666652113199234f;
    p = p * r + 0.4999999403953552f;
    p = p * (r * r) + r + 1.0f;
    const unsigneds power = ((unsigneds)whole << 23) + 0x3F800000u;
    return choose(small, SPLAT(0.0f), p * (vec)power);
}

/* erf(x) = x P(x^2) / Q(x^2) up to 3.92, where it is 1 in float32 (own fit, relative error 2e-8 before rounding). */
PR__INLINE vec error_function(vec x) {
    const vec most = SPLAT(3.92f), one = SPLAT(1.0f);
    vec y = choose(x > most, most, x);
    y = choose(y < -most, -most, y);
    const vec z = y * y;
    vec p = z * 2.0502468487393344e-06f + 0.00028486954397521913f;
    p = p * z + 0.0037649073638021946f;
    p = p * z + 0.05274651572108269f;
    p = p * z + 0.19038952887058258f;
    p = p * z + 1.1283791065216064f;
    vec q = z * 3.8092697650427e-05f + 0.001162369386292994f;
    q = q * z + 0.014967783354222775f;
    q = q * z + 0.11410214006900787f;
    q = q * z + 0.5020610690116882f;
    q = q * z + 1.0f;
    const vec e = y * p / q;
    const vec low = choose(e < -one, -one, e);
    return choose(low > one, one, low);
}

/* ---- along a row ---- */

enum { PARTS = PR_PANEL / PR_LANES /* vectors of the 16 accumulators */ };

PR__INLINE float add_all(const vec sums[PARTS]) {
    float all[PR_PANEL];
    memcpy(all, sums, sizeof all);
    for (uint32_t half = PR_PANEL / 2; half; half /= 2)
        for (uint32_t i = 0; i < half; i++)
            all[i] += all[i + half];
    return all[0];
}

/* 16 numbers of a row from `at` on, 0 behind its end. */
PR__INLINE void load_part(const float *x, uint32_t at, uint32_t count, vec out[PARTS]) {
    float rest[PR_PANEL] = {0};
    if (count - at < PR_PANEL) {
        memcpy(rest, x + at, (count - at) * sizeof *x);
        x = rest;
        at = 0;
    }
    UNROLL for (uint32_t i = 0; i < PARTS; i++) out[i] = load(x + at + i * PR_LANES);
}

PR__INLINE void store_part(float *x, uint32_t at, uint32_t count, const vec in[PARTS]) {
    if (count - at < PR_PANEL)
        memcpy(x + at, in, (count - at) * sizeof *x);
    else
        memcpy(x + at, in, PR_PANEL * sizeof *x);
}

static float squares(const float *x, uint32_t count) {
    vec sums[PARTS] = {{0}};
    for (uint32_t at = 0; at < count; at += PR_PANEL) {
        vec part[PARTS];
        load_part(x, at, count, part);
        UNROLL for (uint32_t i = 0; i < PARTS; i++) sums[i] += part[i] * part[i];
    }
    return add_all(sums);
}

static void norm(float *x, const float *y, uint32_t count, const float *weight, const float *bias, float epsilon) {
    vec sums[PARTS] = {{0}}, part[PARTS], other[PARTS];
    for (uint32_t at = 0; at < count; at += PR_PANEL) {
        load_part(x, at, count, part);
        load_part(y, at, count, other);
        UNROLL for (uint32_t i = 0; i < PARTS; i++) {
            part[i] += other[i];
            sums[i] += part[i];
        }
        store_part(x, at, count, part);
    }
    const float mean = add_all(sums) / (float)count;
    UNROLL for (uint32_t i = 0; i < PARTS; i++) sums[i] = (vec){0};
    for (uint32_t at = 0; at < count; at += PR_PANEL) {
        load_part(x, at, count, part);
        UNROLL for (uint32_t i = 0; i < PARTS; i++) part[i] -= mean;
        store_part(x, at, count, part);
        load_part(x, at, count, part); /* with zeros behind the end */
        UNROLL for (uint32_t i = 0; i < PARTS; i++) sums[i] += part[i] * part[i];
    }
    const float inverse = 1.0f / sqrtf(add_all(sums) / (float)count + epsilon);
    for (uint32_t at = 0; at < count; at += PR_PANEL) {
        vec weights[PARTS], biases[PARTS];
        load_part(x, at, count, part);
        load_part(weight, at, count, weights);
        load_part(bias, at, count, biases);
        UNROLL for (uint32_t i = 0; i < PARTS; i++) part[i] = part[i] * inverse * weights[i] + biases[i];
        store_part(x, at, count, part);
    }
}

/* The largest number; NaN is passed over. */
static float largest(const float *x, uint32_t count) {
    float most = -HUGE_VALF;
    uint32_t at = 0;
    if (count >= PR_LANES) {
        vec mosts = SPLAT(-HUGE_VALF);
        for (; count - at >= PR_LANES; at += PR_LANES) {
            const vec v = load(x + at);
            mosts = choose(v > mosts, v, mosts);
        }
        UNROLL for (uint32_t i = 0; i < PR_LANES; i++) most = mosts[i] > most ? mosts[i] : most;
    }
    for (; at < count; at++)
        most = x[at] > most ? x[at] : most;
    return most;
}

static void softmax(float *x, uint32_t count, float factor) {
    const uint32_t padded = pr__padded(count);
    const float most = largest(x, count);
    vec sums[PARTS] = {{0}};
    for (uint32_t at = count; at < padded; at++)
        x[at] = -HUGE_VALF;
    for (uint32_t at = 0; at < padded; at += PR_PANEL) {
        UNROLL for (uint32_t i = 0; i < PARTS; i++) {
            const vec e = exp_negative((load(x + at + i * PR_LANES) - most) * factor);
            store(x + at + i * PR_LANES, e);
            sums[i] += e;
        }
    }
    const float inverse = 1.0f / add_all(sums);
    for (uint32_t at = 0; at < padded; at += PR_LANES)
        store(x + at, load(x + at) * inverse);
}

static void gelu(float *x, size_t count) {
    size_t at = 0;
    for (; count - at >= PR_LANES; at += PR_LANES) {
        const vec v = load(x + at);
        store(x + at, v * 0.5f * (error_function(v * 0.70710678f) + 1.0f));
    }
    if (at < count) {
        vec v = {0};
        memcpy(&v, x + at, (count - at) * sizeof *x);
        v = v * 0.5f * (error_function(v * 0.70710678f) + 1.0f);
        memcpy(x + at, &v, (count - at) * sizeof *x);
    }
}

/* The bits of the largest |x[i]|: as whole numbers they are ordered like the numbers, infinity and NaN above all. */
PR__INLINE int32_t largest_bits(const float *x, uint32_t count) {
    ints mosts = {0};
    uint32_t at = 0;
    int32_t most = 0;
    for (; count - at >= PR_LANES; at += PR_LANES) {
        const ints bits = (ints)load(x + at) & 0x7FFFFFFF, larger = bits > mosts;
        mosts = (larger & bits) | (~larger & mosts);
    }
    UNROLL for (uint32_t i = 0; i < PR_LANES; i++) most = mosts[i] > most ? mosts[i] : most;
    for (; at < count; at++) {
        int32_t bits;
        memcpy(&bits, x + at, sizeof bits);
        bits &= 0x7FFFFFFF;
        most = bits > most ? bits : most;
    }
    return most;
}

static bool quantise(const float *x, uint32_t count, int32_t most, int16_t *q, float *scale) {
    const int32_t bits = largest_bits(x, count);
    float large;
    if (bits >= 0x7F800000)
        return false;
    memcpy(&large, &bits, sizeof large);
    *scale = large / (float)most;
    /* What is so small that its inverse is none counts as 0. */
    const float inverse = large > 1e-30f ? (float)most / large : 0;
    uint32_t at = 0;
    for (; count - at >= PR_LANES; at += PR_LANES) {
        const ints whole = (ints)(load(x + at) * inverse + TO_WHOLE) - 0x4B400000;
        const shorts narrow = __builtin_convertvector(whole, shorts);
        memcpy(q + at, &narrow, sizeof narrow);
    }
    for (; at < count; at++) {
        const float shifted = x[at] * inverse + TO_WHOLE;
        int32_t whole;
        memcpy(&whole, &shifted, sizeof whole);
        q[at] = (int16_t)(whole - 0x4B400000);
    }
    if (count % 2)
        q[count] = 0;
    return true;
}

/* ---- products ---- */

/* In a tile the accumulators live in registers: `rows` and `vectors` are constants wherever these are called. Its
 * vectors of weights are PR_LANES outputs apart, `panel` numbers where that is another panel. */
#define AT_VECTOR(v, panel, width) ((v)*PR_LANES / PR_PANEL * (panel) + (v)*PR_LANES % PR_PANEL * (width))

PR__INLINE void floats_tile(const pr__product *p, uint32_t row, uint32_t output, uint32_t rows, uint32_t vectors) {
    const size_t panel = (size_t)p->in * PR_PANEL;
    const float *weights = p->floats + output / PR_PANEL * panel + output % PR_PANEL;
    const float *x = p->x + row * p->x_stride;
    vec sums[PR_TILE_ROWS][PR_TILE_VECTORS];
    UNROLL for (uint32_t r = 0; r < rows; r++) {
        UNROLL for (uint32_t v = 0; v < vectors; v++) sums[r][v] = (vec){0};
    }
    for (uint32_t k = 0; k < p->in; k++, weights += PR_PANEL) {
        vec w[PR_TILE_VECTORS];
        UNROLL for (uint32_t v = 0; v < vectors; v++) w[v] = load(weights + AT_VECTOR(v, panel, 1));
        UNROLL for (uint32_t r = 0; r < rows; r++) {
            const float number = x[r * p->x_stride + k];
            UNROLL for (uint32_t v = 0; v < vectors; v++) sums[r][v] += w[v] * number;
        }
    }
    UNROLL for (uint32_t v = 0; v < vectors; v++) {
        const uint32_t at = output + v * PR_LANES;
        UNROLL for (uint32_t r = 0; r < rows; r++) {
            const vec y = p->bias ? sums[r][v] + load(p->bias + at) : sums[r][v];
            store(p->y + (row + r) * p->y_stride + at, y);
        }
    }
}

PR__INLINE void bytes_tile(const pr__product *p, uint32_t row, uint32_t output, uint32_t rows, uint32_t vectors) {
    const uint32_t pairs = (p->in + 1) / 2;
    const size_t panel = (size_t)pairs * (2 * PR_PANEL);
    const int8_t *weights = p->bytes + output / PR_PANEL * panel + output % PR_PANEL * 2;
    const int16_t *q = p->q + (size_t)row * pairs * 2;
    ints sums[PR_TILE_ROWS][PR_TILE_VECTORS];
    UNROLL for (uint32_t r = 0; r < rows; r++) {
        UNROLL for (uint32_t v = 0; v < vectors; v++) sums[r][v] = (ints){0};
    }
    for (uint32_t k = 0; k < pairs; k++, weights += 2 * PR_PANEL) {
        words w[PR_TILE_VECTORS];
        UNROLL for (uint32_t v = 0; v < vectors; v++) w[v] = widen(weights + AT_VECTOR(v, panel, 2));
        UNROLL for (uint32_t r = 0; r < rows; r++) {
            const words pair = twins(q + ((size_t)r * pairs + k) * 2);
            UNROLL for (uint32_t v = 0; v < vectors; v++) sums[r][v] = add_twins(sums[r][v], w[v], pair);
        }
    }
    UNROLL for (uint32_t v = 0; v < vectors; v++) {
        const uint32_t at = output + v * PR_LANES;
        const vec scales = load(p->scales + at), bias = load(p->bias + at);
        UNROLL for (uint32_t r = 0; r < rows; r++) {
            const vec sum = __builtin_convertvector(sums[r][v], vec);
            store(p->y + (row + r) * p->y_stride + at, sum * (scales * p->q_scales[row + r]) + bias);
        }
    }
}

/* How many rows the next tile takes: as few tiles as possible, all of about the same size, since a tile of one row
 * takes nearly as long as one of three. */
PR__INLINE uint32_t next_rows(uint32_t left) {
    const uint32_t tiles = (left + PR_TILE_ROWS - 1) / PR_TILE_ROWS;
    return (left + tiles - 1) / tiles;
}

#define ROWS_OF(TILE, ROWS, VECTORS)                                                                                   \
    case (ROWS):                                                                                                       \
        TILE(p, row, output, (ROWS), (VECTORS));                                                                       \
        break;

#define UP_TO_4(TILE, VECTORS)                                                                                         \
    ROWS_OF(TILE, 1, VECTORS)                                                                                          \
    ROWS_OF(TILE, 2, VECTORS)                                                                                          \
    ROWS_OF(TILE, 3, VECTORS)                                                                                          \
    ROWS_OF(TILE, 4, VECTORS)
#define UP_TO_6(TILE, VECTORS)                                                                                         \
    UP_TO_4(TILE, VECTORS)                                                                                             \
    ROWS_OF(TILE, 5, VECTORS)                                                                                          \
    ROWS_OF(TILE, 6, VECTORS)
#define UP_TO_12(TILE, VECTORS)                                                                                        \
    UP_TO_6(TILE, VECTORS)                                                                                             \
    ROWS_OF(TILE, 7, VECTORS)                                                                                          \
    ROWS_OF(TILE, 8, VECTORS)                                                                                          \
    ROWS_OF(TILE, 9, VECTORS)                                                                                          \
    ROWS_OF(TILE, 10, VECTORS)                                                                                         \
    ROWS_OF(TILE, 11, VECTORS)                                                                                         \
    ROWS_OF(TILE, 12, VECTORS)

/* All sizes of tiles. */
#if PR_TILE_ROWS == 1
#define SIZES(TILE, VECTORS) ROWS_OF(TILE, 1, VECTORS)
#elif PR_TILE_ROWS == 4
#define SIZES UP_TO_4
#elif PR_TILE_ROWS == 6
#define SIZES UP_TO_6
#elif PR_TILE_ROWS == 12
#define SIZES UP_TO_12
#endif

#define ALL_ROWS(TILE, VECTORS)                                                                                        \
    for (uint32_t row = 0, rows; row < p->rows; row += rows) {                                                         \
        rows = next_rows(p->rows - row);                                                                               \
        switch (rows) { SIZES(TILE, VECTORS) }                                                                         \
    }

/* A few outputs after the other, each time all rows: their weights stay in the nearest cache. */
#define PRODUCT(TILE)                                                                                                  \
    const uint32_t outputs = pr__padded(p->out);                                                                       \
    uint32_t output = 0;                                                                                               \
    for (; outputs - output >= PR_TILE_VECTORS * PR_LANES; output += PR_TILE_VECTORS * PR_LANES)                       \
        ALL_ROWS(TILE, PR_TILE_VECTORS)                                                                                \
    for (; output < outputs; output += PR_LANES)                                                                       \
    ALL_ROWS(TILE, 1)

static void product_floats(const pr__product *p) {
    PRODUCT(floats_tile)
}

static void product_bytes(const pr__product *p) {
    PRODUCT(bytes_tile)
}

const pr__kernels PR_KERNELS = {PR_KERNELS_NAME, product_floats, product_bytes, quantise, softmax, gelu, norm, squares};
