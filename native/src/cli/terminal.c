/* Widths of UTF-8 text and tables that fit. The C library's wcwidth depends on the locale, hence the short list here.
 */
#include "terminal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GAP = 2, LEAST_WIDTH = 6 };

/* The letter at *at, which moves behind it; a wrong byte counts as one letter of its own. */
static uint32_t next_letter(pr_text text, size_t *at) {
    unsigned char first = (unsigned char)text.bytes[*at];
    size_t length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
    if (length == 0 || *at + length > text.size) {
        (*at)++;
        return 0xfffd;
    }
    uint32_t letter = length == 1 ? first : first & (0x7fu >> length);
    for (size_t i = 1; i < length; i++)
        letter = letter << 6 | ((unsigned char)text.bytes[*at + i] & 0x3f);
    *at += length;
    return letter;
}

static size_t letter_width(uint32_t c) {
    static const uint32_t none[][2] = {{0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},
                                       {0x64b, 0x65f},   {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f},
                                       {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xe0100, 0xe01ef}};
    static const uint32_t wide[][2] = {{0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xac00, 0xd7a3},
                                       {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
                                       {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1faff}, {0x20000, 0x3fffd}};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        if (c >= none[i][0] && c <= none[i][1])
            return 0;
    }
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
        if (c >= wide[i][0] && c <= wide[i][1])
            return 2;
    }
    return 1;
}

size_t prt_text_width(pr_text text) {
    size_t width = 0;
    for (size_t at = 0; at < text.size;)
        width += letter_width(next_letter(text, &at));
    return width;
}

static bool is_control(uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

void prt_text_print(FILE *out, pr_text text, size_t width, bool fill) {
    bool cut = prt_text_width(text) > width;
    size_t room = cut && width > 0 ? width - 1 : width, used = 0;
    for (size_t at = 0; at < text.size;) {
        size_t start = at;
        uint32_t letter = next_letter(text, &at);
        if (used + letter_width(letter) > room)
            break;
        used += letter_width(letter);
        if (is_control(letter) || letter == 0xfffd)
            fputc('?', out);
        else
            fwrite(text.bytes + start, 1, at - start, out);
    }
    if (cut && width > 0) {
        fputs("…", out);
        used++;
    }
    for (; fill && used < width; used++)
        fputc(' ', out);
}

static size_t total_width(const prt_table *table, const size_t *widths) {
    size_t total = 0;
    for (size_t c = 0; c < table->columns; c++)
        total += widths[c] + (c > 0 ? GAP : 0);
    return total;
}

static void choose_widths(const prt_table *table, size_t width, size_t *widths) {
    for (size_t c = 0; c < table->columns; c++) {
        widths[c] = prt_text_width((pr_text){table->heads[c], strlen(table->heads[c])});
        for (size_t r = 0; r < table->rows; r++) {
            size_t needed = prt_text_width(table->cells[r * table->columns + c]);
            widths[c] = needed > widths[c] ? needed : widths[c];
        }
    }
    while (total_width(table, widths) > width) {
        size_t widest = table->columns;
        for (size_t c = 0; c < table->columns; c++) {
            if (!table->right[c] && widths[c] > LEAST_WIDTH && (widest == table->columns || widths[c] > widths[widest]))
                widest = c;
        }
        if (widest == table->columns)
            return;
        widths[widest]--;
    }
}

static void print_cell(FILE *out, const prt_table *table, size_t column, pr_text text, size_t width) {
    size_t own = prt_text_width(text);
    for (; table->right[column] && own < width; own++)
        fputc(' ', out);
    prt_text_print(out, text, width, !table->right[column] && column + 1 < table->columns);
    fputs(column + 1 < table->columns ? "  " : "\n", out);
}

void prt_table_print(FILE *out, const prt_table *table, size_t width, bool bold) {
    size_t widths[PRT_TABLE_COLUMNS];
    choose_widths(table, width, widths);
    fputs(bold ? "\033[1m" : "", out);
    for (size_t c = 0; c < table->columns; c++)
        print_cell(out, table, c, (pr_text){table->heads[c], strlen(table->heads[c])}, widths[c]);
    fputs(bold ? "\033[0m" : "", out);
    for (size_t i = 0; i < table->rows * table->columns; i++)
        print_cell(out, table, i % table->columns, table->cells[i], widths[i % table->columns]);
}

bool prt_terminal_bold(FILE *out) {
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fileno(out)) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}
