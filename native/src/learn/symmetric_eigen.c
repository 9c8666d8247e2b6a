/* Householder's reduction and the implicit QL method, arranged so that all inner loops run along rows. */
#include "symmetric_eigen.h"

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

enum { MOST_TURNS = 60, PART = 2 };

/* A sum of squares beside a matrix whose largest number is 1: below it squares are no longer exact, nor matter. */
#define NOTHING 1e-200

/* Two doubles at a time, on every processor. */
typedef double part __attribute__((vector_size(PART * sizeof(double)), aligned(sizeof(double)), may_alias));

static part load(const double *at) {
    return *(const part *)at;
}

/* In four running sums. */
static double dot(const double *a, const double *b, uint32_t count) {
    part even = {0}, odd = {0};
    double rest = 0;
    uint32_t i = 0;
    for (; i + 2 * PART <= count; i += 2 * PART) {
        even += load(a + i) * load(b + i);
        odd += load(a + i + PART) * load(b + i + PART);
    }
    for (; i < count; i++)
        rest += a[i] * b[i];
    part sum = even + odd;
    return sum[0] + sum[1] + rest;
}

/* a += b x factor */
static void add(double *a, const double *b, double factor, uint32_t count) {
    uint32_t i = 0;
    for (; i + PART <= count; i += PART)
        *(part *)(a + i) += load(b + i) * factor;
    for (; i < count; i++)
        a[i] += b[i] * factor;
}

/* a += b x factor + c x other */
static void add_both(double *a, const double *b, double factor, const double *c, double other, uint32_t count) {
    uint32_t i = 0;
    for (; i + PART <= count; i += PART)
        *(part *)(a + i) += load(b + i) * factor + load(c + i) * other;
    for (; i < count; i++)
        a[i] += b[i] * factor + c[i] * other;
}

/* Turn two rows in their plane. */
static void turn(double *a, double *b, double cosine, double sine, uint32_t count) {
    uint32_t i = 0;
    for (; i + PART <= count; i += PART) {
        part x = load(a + i), y = load(b + i);
        *(part *)(a + i) = x * cosine - y * sine;
        *(part *)(b + i) = x * sine + y * cosine;
    }
    for (; i < count; i++) {
        double x = a[i], y = b[i];
        a[i] = x * cosine - y * sine;
        b[i] = x * sine + y * cosine;
    }
}

/* The vector v of the reflection 1 - v v' that takes a's row `row`, left of the diagonal, to its last place; v stands
 * in that row afterwards. Returns what stands in that place then. */
static double make_reflection(double *v, uint32_t count) {
    double length = sqrt(dot(v, v, count)), last = v[count - 1];
    if (dot(v, v, count - 1) < NOTHING) {
        memset(v, 0, count * sizeof *v);
        return last;
    }
    double image = last > 0 ? -length : length;
    v[count - 1] -= image;
    double scale = 1 / sqrt(length * (length + fabs(last)));
    for (uint32_t i = 0; i < count; i++)
        v[i] *= scale;
    return image;
}

/* a, count x count in rows of `size`, becomes (1 - v v') a (1 - v v'). Both triangles are kept. */
static void reflect_both_sides(double *a, uint32_t size, const double *v, uint32_t count, double *w) {
    for (uint32_t i = 0; i < count; i++)
        w[i] = dot(a + (size_t)i * size, v, count);
    add(w, v, -dot(v, w, count) / 2, count);
    for (uint32_t i = 0; i < count; i++)
        add_both(a + (size_t)i * size, w, -v[i], v, -w[i], count);
}

/* Row i of a holds the reflection of the first i coordinates; a becomes the product of all, the first leftmost. */
static void multiply_reflections(double *a, uint32_t size) {
    a[0] = 1;
    for (uint32_t i = 1; i < size; i++) {
        double *v = a + (size_t)i * size;
        for (uint32_t k = 0; k < i; k++) {
            double *row = a + (size_t)k * size;
            add(row, v, -dot(row, v, i), i);
            row[i] = 0;
        }
        memset(v, 0, i * sizeof *v);
        v[i] = 1;
    }
}

/* What is beside the diagonal counts as nothing up to this: it changes no eigenvalue by more than rounding does. */
static double find_least(const double *values, const double *beside, uint32_t size) {
    double most = 0;
    for (uint32_t i = 0; i < size; i++) {
        double row = fabs(values[i]) + (i + 1 < size ? fabs(beside[i]) : 0);
        most = row > most ? row : most;
    }
    return most * DBL_EPSILON;
}

/* The first place from `from` on after which the matrix falls apart. */
static uint32_t find_split(const double *beside, double least, uint32_t from, uint32_t size) {
    uint32_t at = from;
    while (at + 1 < size && fabs(beside[at]) > least)
        at++;
    return at;
}

/* One implicit QL step on the part from `low` to `high`. */
static void step(double *a, uint32_t size, double *values, double *beside, uint32_t low, uint32_t high) {
    double half = (values[low + 1] - values[low]) / (2 * beside[low]), root = sqrt(half * half + 1);
    double g = values[high] - values[low] + beside[low] / (half + (half < 0 ? -root : root));
    double sine = 1, cosine = 1, shift = 0;
    for (uint32_t i = high; i-- > low;) {
        double f = sine * beside[i], b = cosine * beside[i], r = sqrt(f * f + g * g);
        beside[i + 1] = r;
        if (r == 0) {
            values[i + 1] -= shift;
            beside[high] = 0;
            return;
        }
        sine = f / r;
        cosine = g / r;
        g = values[i + 1] - shift;
        r = (values[i] - g) * sine + 2 * cosine * b;
        shift = sine * r;
        values[i + 1] = g + shift;
        g = cosine * r - b;
        turn(a + (size_t)i * size, a + (size_t)(i + 1) * size, cosine, sine, size);
    }
    values[low] -= shift;
    beside[low] = g;
    beside[high] = 0;
}

/* a becomes the rows of the basis in which only the diagonal and what is beside it remain. */
static void reduce(double *a, uint32_t size, double *values, double *beside) {
    for (uint32_t i = size; i-- > 1;) {
        double *v = a + (size_t)i * size;
        values[i] = v[i];
        beside[i - 1] = make_reflection(v, i);
        reflect_both_sides(a, size, v, i, values); /* the values below i are not known yet: room to work in */
    }
    values[0] = a[0];
    multiply_reflections(a, size);
}

/* Divide by the largest number, so that squares neither overflow nor vanish. */
static double normalise(double *a, size_t cells) {
    double most = 0;
    for (size_t i = 0; i < cells; i++)
        most = fabs(a[i]) > most ? fabs(a[i]) : most;
    for (size_t i = 0; most > 0 && i < cells; i++)
        a[i] /= most;
    return most;
}

static bool diagonalise(double *a, uint32_t size, double *values, double *beside) {
    double least = find_least(values, beside, size);
    for (uint32_t low = 0; low < size; low++) {
        uint32_t high;
        for (int turns = 0; (high = find_split(beside, least, low, size)) > low; turns++) {
            if (turns == MOST_TURNS)
                return false;
            step(a, size, values, beside, low, high);
        }
    }
    return true;
}

bool prt_symmetric_eigen(double *a, uint32_t size, double *values, double *work) {
    double *beside = work; /* beside[i] stands between values[i] and values[i + 1] */
    double scale = normalise(a, size * (size_t)size);
    reduce(a, size, values, beside);
    if (!diagonalise(a, size, values, beside))
        return false;
    for (uint32_t i = 0; i < size; i++)
        values[i] *= scale;
    return true;
}
