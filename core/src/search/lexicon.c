/* Walking the lexicon. Rows are front-coded: each shares a prefix with the one before. */
#include "lexicon.h"

#include <string.h>

/* Read the row at c->next of the shard. */
static void read_row(pr_lexicon_cursor *c) {
    const uint8_t *p = c->at;
    c->shared = p[0];
    memcpy(c->term + p[0], p + 2, p[1]);
    c->size = (size_t)p[0] + p[1];
    p += 2 + p[1];
    c->frequency = p[0];
    c->surface = p[1];
    c->at = p + 2;
    c->row = c->shard->first_row + c->next;
    c->next++;
}

bool pr__lexicon_next(pr_lexicon_cursor *c) {
    if (c->next == c->shard->rows) {
        c->shard = pr__shard_of_row(c->engine, PR_TABLE_LEXICON, c->shard->first_row + c->shard->rows);
        if (!c->shard)
            return false;
        c->next = 0;
        c->at = c->shard->view.lexicon.entries;
    }
    read_row(c);
    return true;
}

static void to_step(pr_lexicon_cursor *c, uint32_t step) {
    c->next = step * PR_LEXICON_STEP;
    c->at = c->shard->view.lexicon.entries + c->shard->view.lexicon.steps[step];
}

bool pr__lexicon_seek(pr_lexicon_cursor *c, pr_engine *engine, pr_text key) {
    c->engine = engine;
    c->shard = pr__shard_of_key(engine, PR_TABLE_LEXICON, key);
    if (!c->shard)
        return false;
    uint32_t low = 0, high = (c->shard->rows + PR_LEXICON_STEP - 1) / PR_LEXICON_STEP;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        const uint8_t *row = c->shard->view.lexicon.entries + c->shard->view.lexicon.steps[middle];
        if (pr__compare((const char *)row + 2, row[1], key.bytes, key.size) <= 0)
            low = middle;
        else
            high = middle;
    }
    to_step(c, low);
    do {
        if (!pr__lexicon_next(c))
            return false;
    } while (pr__compare(c->term, c->size, key.bytes, key.size) < 0);
    return true;
}

bool pr__lexicon_find(pr_lexicon_cursor *c, pr_engine *engine, pr_text term) {
    return pr__lexicon_seek(c, engine, term) && pr__equal(c->term, c->size, term.bytes, term.size);
}

size_t pr__surface(const pr_lexicon_cursor *c, char *out) {
    size_t size = c->size;
    memcpy(out, c->term, size);
    if (!c->surface)
        return size;
    const pr_surface *surface = &c->engine->shop.surfaces[c->surface - 1];
    size -= surface->drop < size ? surface->drop : size;
    memcpy(out + size, surface->append.bytes, surface->append.size);
    return size + surface->append.size;
}

/* ---- near terms ---- */

/* Rows of the matrix of optimal string alignment distances, one for each byte of the term at hand; those of the shared
 * prefix stay. */
typedef struct matrix {
    const char *word;
    size_t size;
    uint32_t most;
    uint8_t rows[PR_MAX_TERM + 1][PR_MAX_TERM + 1];
    size_t dead; /* no term that shares so many bytes with the one before can be near; SIZE_MAX: none */
} matrix;

static uint8_t least(uint8_t a, uint8_t b) {
    return a < b ? a : b;
}

/* Fill row `i` (the first i bytes of the term); returns its smallest value. Only cells near the diagonal count. */
static uint8_t fill_row(matrix *m, const char *term, size_t i) {
    uint8_t *row = m->rows[i], *above = m->rows[i - 1], best;
    size_t from = i > m->most + 1 ? i - m->most - 1 : 0, to = i + m->most + 1 < m->size ? i + m->most + 1 : m->size;
    uint8_t far = (uint8_t)(m->most + 1);
    if (from == 0)
        row[0] = least((uint8_t)i, far);
    else
        row[from] = far;
    best = row[from];
    for (size_t j = from + 1; j <= to; j++) {
        uint8_t value = (uint8_t)(above[j - 1] + (term[i - 1] != m->word[j - 1]));
        value = least(value, (uint8_t)(row[j - 1] + 1));
        if (j < i + m->most + 1) /* beyond, the row above has no cell */
            value = least(value, (uint8_t)(above[j] + 1));
        if (i > 1 && j > 1 && term[i - 1] == m->word[j - 2] && term[i - 2] == m->word[j - 1])
            value = least(value, (uint8_t)(m->rows[i - 2][j - 2] + 1));
        row[j] = least(value, far);
        best = least(best, row[j]);
    }
    return best;
}

/* The distance of the cursor's term, or most + 1. */
static uint32_t distance_of(matrix *m, const pr_lexicon_cursor *c) {
    uint32_t far = m->most + 1;
    if (c->shared >= m->dead)
        return far;
    m->dead = SIZE_MAX;
    for (size_t i = c->shared + 1; i <= c->size; i++) {
        if (i > m->size + m->most || fill_row(m, c->term, i) > m->most) {
            m->dead = i;
            return far;
        }
    }
    return c->size + m->most < m->size ? far : m->rows[c->size][m->size];
}

static uint32_t cost_of(const pr_near *near) {
    return 64 * near->distance + (near->other_start ? 16 : 0) + 48 - near->frequency % 48u;
}

static uint32_t insert(pr_near *out, uint32_t count, const pr_near *near) {
    uint32_t at = count;
    while (at > 0 && cost_of(&out[at - 1]) > cost_of(near))
        at--;
    if (at == PR_MOST_NEAR)
        return count;
    if (count == PR_MOST_NEAR)
        count--;
    memmove(&out[at + 1], &out[at], (count - at) * sizeof *out);
    out[at] = *near;
    return count + 1;
}

uint32_t pr__lexicon_near(pr_engine *engine, pr_text term, uint32_t most, bool everywhere, pr_near out[PR_MOST_NEAR]) {
    pr_lexicon_cursor c;
    uint32_t count = 0;
    matrix *m = pr_arena_take(&engine->scratch, sizeof *m);
    if (!m || term.size == 0 || term.size > PR_MAX_TERM)
        return 0;
    m->word = term.bytes;
    m->size = term.size;
    m->most = most;
    m->dead = SIZE_MAX;
    for (size_t j = 0; j <= m->size; j++)
        m->rows[0][j] = least((uint8_t)j, (uint8_t)(most + 1));
    bool more = pr__lexicon_seek(&c, engine, (pr_text){term.bytes, everywhere ? 0u : 1u});
    c.shared = 0; /* nothing of the matrix is filled yet */
    for (; more && (everywhere || c.term[0] == term.bytes[0]); more = pr__lexicon_next(&c)) {
        uint32_t distance = distance_of(m, &c);
        if (distance > most || distance == 0)
            continue;
        pr_near near = {
            .row = c.row, .distance = distance, .frequency = c.frequency, .other_start = c.term[0] != term.bytes[0]};
        near.surface_size = (uint8_t)pr__surface(&c, near.surface);
        count = insert(out, count, &near);
    }
    return count;
}
