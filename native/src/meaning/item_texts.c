/* What an item says: its columns' texts, one behind the other. */
#include "fail.h"
#include "item_meaning.h"

#include <string.h>

enum { MOST_COLUMNS = 64 };

static void add_value(const prt_strings *strings, uint32_t i, pr_buffer *out) {
    pr_buffer_append(out, strings->bytes + strings->offsets[i],
                     (size_t)(strings->offsets[i + 1] - strings->offsets[i]));
}

static void add_list(const prt_column *column, uint32_t row, pr_buffer *out) {
    for (uint32_t i = column->list_offsets[row]; i < column->list_offsets[row + 1]; i++) {
        if (i > column->list_offsets[row])
            pr_buffer_append(out, ", ", 2);
        add_value(&column->values, column->codes[i], out);
    }
}

static void add_column(const prt_column *column, uint32_t row, pr_buffer *out) {
    if (column->type == PRT_TEXT)
        add_value(&column->texts, row, out);
    else if (column->type == PRT_LIST)
        add_list(column, row, out);
    else if (column->type == PRT_CATEGORY && column->codes[row] != PRT_NONE)
        add_value(&column->values, column->codes[row], out);
}

static bool has_words(pr_text text) {
    for (size_t i = 0; i < text.size; i++) {
        if ((unsigned char)text.bytes[i] > ' ')
            return true;
    }
    return false;
}

/* Columns are parted by a blank: an encoder tells sentences by their own stops. */
static size_t add_item(const prt_column *const *columns, uint32_t count, uint32_t row, pr_buffer *out) {
    const size_t begin = out->size;
    for (uint32_t c = 0; c < count; c++) {
        const size_t before = out->size;
        if (before > begin)
            pr_buffer_append(out, " ", 1);
        const size_t blank = out->size;
        add_column(columns[c], row, out);
        if (out->size == blank)
            out->size = before;
    }
    return begin;
}

pr_status prt_item_texts_make(const prt_entities *items, const prt_name_list *names, const uint32_t *order,
                              pr_arena *arena, prt_item_texts *out, pr_error *error) {
    const prt_column *columns[MOST_COLUMNS];
    uint32_t column_count = 0;
    for (uint32_t n = 0; n < names->count && column_count < MOST_COLUMNS; n++) {
        columns[column_count] = prt_column_find(items, names->names[n]);
        column_count += columns[column_count] != NULL;
    }
    pr_buffer bytes = {.arena = arena};
    size_t *ends = pr_arena_array(arena, items->count + (size_t)1, sizeof *ends);
    out->items = pr_arena_array(arena, items->count + (size_t)1, sizeof *out->items);
    out->texts = pr_arena_array(arena, items->count + (size_t)1, sizeof *out->texts);
    out->count = 0;
    if (!ends || !out->items || !out->texts)
        return prt_fail_memory(error, "collecting the texts of the items");
    for (uint32_t n = 0; n < items->count; n++) {
        const size_t begin = add_item(columns, column_count, order[n], &bytes);
        if (bytes.failed)
            return prt_fail_memory(error, "collecting the texts of the items");
        if (!has_words((pr_text){bytes.bytes + begin, bytes.size - begin})) {
            bytes.size = begin;
            continue;
        }
        out->items[out->count] = n;
        ends[out->count++] = bytes.size;
    }
    for (uint32_t i = 0; i < out->count; i++) { /* the buffer stays where it is from now on */
        const size_t begin = i ? ends[i - 1] : 0;
        out->texts[i] = (pr_text){bytes.bytes + begin, ends[i] - begin};
    }
    return PR_OK;
}
