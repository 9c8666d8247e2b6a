/* Marks of a CSV text: 64 bytes at a time where no quote is near, else one by one. */
#include "csv_scan.h"

#include "row_source.h"

#include <stdlib.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { BLOCK = 64 };

void prt_csv_scan_begin(prt_csv_scan *scan, size_t at) {
    scan->state = PRT_CSV_START;
    scan->lines = scan->quotes = false;
    scan->at = scan->row_start = at;
    scan->count = scan->row_marks = 0;
}

static bool make_room(prt_csv_scan *scan) {
    if (scan->count + BLOCK + 1 <= scan->room)
        return true;
    size_t room = (scan->count + BLOCK + 1) * 2;
    uint32_t *marks = realloc(scan->marks, room * sizeof *marks);
    if (!marks)
        return false;
    scan->marks = marks;
    scan->room = room;
    return true;
}

/* Which of 64 bytes equal `c`? */
#if defined(__SSE2__)
static inline uint64_t equal_bits(const char *bytes, char c) {
    __m128i wanted = _mm_set1_epi8(c);
    uint64_t bits = 0;
    for (int i = 0; i < 4; i++) {
        __m128i part = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 16 * i));
        bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(part, wanted)) << (16 * i);
    }
    return bits;
}
#else
static inline uint64_t equal_bits(const char *bytes, char c) {
    uint64_t bits = 0;
    for (int i = 0; i < BLOCK; i++)
        bits |= (uint64_t)(bytes[i] == c) << i;
    return bits;
}
#endif

static void end_row(prt_csv_scan *scan, size_t at, uint32_t flags) {
    scan->marks[scan->count++] = (uint32_t)at | PRT_MARK_ROW | flags | (scan->lines ? PRT_MARK_LINES : 0);
    scan->row_marks = scan->count;
    scan->row_start = at + 1;
    scan->lines = false;
    scan->state = PRT_CSV_START;
}

/* One mark for each bit; returns the place behind the last. */
static inline uint32_t *put_marks(uint32_t *marks, uint64_t bits, uint64_t breaks, uint32_t base) {
    for (; bits; bits &= bits - 1) {
        unsigned i = (unsigned)__builtin_ctzll(bits);
        *marks++ = (base + i) | (uint32_t)(breaks >> i) << 31;
    }
    return marks;
}

/* A block without quotes that begins outside quotes. */
static void scan_plain_block(prt_csv_scan *scan, const char *block, uint64_t breaks) {
    uint64_t bits = equal_bits(block, scan->delimiter) | breaks, behind = bits;
    uint32_t *marks = scan->marks + scan->count, base = (uint32_t)scan->at;
    if (breaks) {
        unsigned first = (unsigned)__builtin_ctzll(breaks), last = 63 - (unsigned)__builtin_clzll(breaks);
        uint64_t open_row = bits & ((UINT64_C(2) << first) - 1);
        behind = last == 63 ? 0 : bits & ~UINT64_C(0) << (last + 1);
        marks = put_marks(marks, open_row, breaks, base);
        marks[-1] |= scan->lines ? PRT_MARK_LINES : 0;
        marks = put_marks(marks, bits & ~open_row & ~behind, breaks, base);
        scan->lines = false;
        scan->row_start = scan->at + last + 1;
        scan->row_marks = (size_t)(marks - scan->marks);
    }
    marks = put_marks(marks, behind, breaks, base);
    scan->count = (size_t)(marks - scan->marks);
    scan->state = bits >> 63 ? PRT_CSV_START : PRT_CSV_PLAIN;
    scan->at += BLOCK;
}

/* The quotes of the open row are wrong: give up its first line only. `at` is where that was seen. */
static void give_up_line(prt_csv_scan *scan, const char *bytes, size_t at) {
    const char *line_end = memchr(bytes + scan->row_start, '\n', at - scan->row_start);
    scan->count = scan->row_marks;
    scan->lines = false;
    if (line_end) {
        end_row(scan, (size_t)(line_end - bytes), PRT_MARK_BAD);
        scan->at = scan->row_start;
    } else {
        scan->state = PRT_CSV_SKIP;
        scan->at = at;
    }
}

static prt_csv_state plain_byte(prt_csv_scan *scan, size_t at, char c) {
    if (c == scan->delimiter) {
        scan->marks[scan->count++] = (uint32_t)at;
        return PRT_CSV_START;
    }
    return PRT_CSV_PLAIN;
}

static void open_quote(prt_csv_scan *scan) {
    scan->quotes = true;
    scan->state = PRT_CSV_QUOTED;
}

/* The byte at scan->at; moves scan->at. */
static void scan_byte(prt_csv_scan *scan, const char *bytes) {
    size_t at = scan->at++;
    char c = bytes[at];
    switch (scan->state) {
    case PRT_CSV_START:
    case PRT_CSV_PLAIN:
        if (c == '\n')
            end_row(scan, at, 0);
        else if (c == scan->quote && scan->state == PRT_CSV_START)
            open_quote(scan);
        else
            scan->state = plain_byte(scan, at, c);
        break;
    case PRT_CSV_QUOTED:
        scan->lines |= c == '\n';
        if (c == scan->quote)
            scan->state = PRT_CSV_CLOSED;
        else if (at - scan->row_start >= PRT_MOST_ROW)
            give_up_line(scan, bytes, at);
        break;
    case PRT_CSV_CLOSED:
    case PRT_CSV_RETURN:
        if (c == '\n')
            end_row(scan, at, 0);
        else if (c == scan->quote && scan->state == PRT_CSV_CLOSED)
            scan->state = PRT_CSV_QUOTED;
        else if (c == scan->delimiter && scan->state == PRT_CSV_CLOSED)
            scan->state = plain_byte(scan, at, c);
        else if (c == '\r' && scan->state == PRT_CSV_CLOSED)
            scan->state = PRT_CSV_RETURN;
        else
            give_up_line(scan, bytes, at);
        break;
    case PRT_CSV_SKIP:
        if (c == '\n')
            end_row(scan, at, PRT_MARK_BAD);
        break;
    }
}

bool prt_csv_scan_to(prt_csv_scan *scan, const char *bytes, size_t size, size_t limit) {
    limit = limit < size ? limit : size;
    while (scan->at < limit) {
        if (!make_room(scan))
            return false;
        bool outside = scan->state == PRT_CSV_START || scan->state == PRT_CSV_PLAIN;
        const char *block = bytes + scan->at;
        if (outside && size - scan->at >= BLOCK && equal_bits(block, scan->quote) == 0) {
            scan_plain_block(scan, block, equal_bits(block, '\n'));
            continue;
        }
        size_t stop = size - scan->at < BLOCK ? size : scan->at + BLOCK;
        while (scan->at < stop && scan->count + 1 < scan->room)
            scan_byte(scan, bytes);
    }
    return true;
}

bool prt_csv_scan_end(prt_csv_scan *scan, const char *bytes, size_t size) {
    for (;;) {
        if (!prt_csv_scan_to(scan, bytes, size, size) || !make_room(scan))
            return false;
        if (scan->state != PRT_CSV_QUOTED)
            break;
        give_up_line(scan, bytes, size); /* a quote that is never closed */
    }
    if (scan->row_start < size)
        end_row(scan, size, scan->state == PRT_CSV_SKIP ? PRT_MARK_BAD : 0);
    return true;
}
