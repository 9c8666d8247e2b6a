/* Classes, decompositions and lower case of characters, unpacked from numbers of variable length. */
#include "characters.h"

typedef struct pr__case_run {
    uint32_t first, last, step;
    int32_t offset; /* to the lower case */
} case_run;

static uint32_t unpack(const uint8_t **at) {
    uint32_t value = 0, shift = 0;
    for (;;) {
        const uint8_t byte = *(*at)++;
        value |= (uint32_t)(byte & 127) << shift;
        if (byte < 128)
            return value;
        shift += 7;
    }
}

static int32_t unpack_signed(const uint8_t **at) {
    const uint32_t value = unpack(at);
    return value & 1 ? -(int32_t)(value / 2) - 1 : (int32_t)(value / 2);
}

static bool unpack_classes(pr_arena *arena, pr__characters *out) {
    const uint8_t *at = pr__character_classes;
    out->class_count = unpack(&at);
    uint32_t *firsts = pr_arena_array(arena, out->class_count, sizeof *firsts), first = 0;
    uint8_t *classes = pr_arena_array(arena, out->class_count, sizeof *classes);
    if (!firsts || !classes)
        return false;
    for (uint32_t i = 0; i < out->class_count; i++) {
        firsts[i] = first;
        first += unpack(&at);
        classes[i] = *at++;
    }
    out->class_first = firsts;
    out->class_of = classes;
    return true;
}

static bool unpack_decompositions(pr_arena *arena, pr__characters *out) {
    const uint8_t *at = pr__decompositions;
    out->decomposed_count = unpack(&at);
    uint32_t *codes = pr_arena_array(arena, out->decomposed_count, sizeof *codes);
    uint32_t *ends = pr_arena_array(arena, out->decomposed_count, sizeof *ends);
    uint32_t *targets = pr_arena_array(arena, unpack(&at), sizeof *targets);
    if (!codes || !ends || !targets)
        return false;
    uint32_t code = 0, target = 0, used = 0;
    for (uint32_t i = 0; i < out->decomposed_count; i++) {
        const uint32_t head = unpack(&at);
        codes[i] = code += head / 4;
        for (uint32_t n = head % 4; n; n--)
            targets[used++] = target += (uint32_t)unpack_signed(&at);
        ends[i] = used;
    }
    out->decomposed = codes;
    out->decomposed_end = ends;
    out->targets = targets;
    return true;
}

static bool unpack_cases(pr_arena *arena, pr__characters *out) {
    const uint8_t *at = pr__lower_cases;
    out->case_count = unpack(&at);
    case_run *runs = pr_arena_array(arena, out->case_count, sizeof *runs);
    uint32_t last = 0;
    for (uint32_t i = 0; runs && i < out->case_count; i++) {
        const uint32_t first = last + unpack(&at), length = unpack(&at), step = length % 2 + 1;
        last = first + length / 2 * step;
        runs[i] = (case_run){first, last, step, unpack_signed(&at)};
    }
    out->cases = runs;
    return runs != NULL;
}

pr_status pr__characters_open(pr_arena *arena, pr__characters *out, pr_error *error) {
    if (!unpack_classes(arena, out) || !unpack_decompositions(arena, out) || !unpack_cases(arena, out))
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while opening the encoder");
    for (uint32_t i = 0, run = 0; i < PR_COUNT(out->ascii); i++) {
        while (run + 1 < out->class_count && out->class_first[run + 1] <= i)
            run++;
        out->ascii[i] = out->class_of[run];
    }
    return PR_OK;
}

/* How many of the rising numbers are at most `value`. */
static uint32_t count_up_to(const uint32_t *numbers, uint32_t count, uint32_t value) {
    uint32_t low = 0;
    while (low < count) {
        const uint32_t middle = low + (count - low) / 2;
        if (numbers[middle] <= value)
            low = middle + 1;
        else
            count = middle;
    }
    return low;
}

uint32_t pr__character_class(const pr__characters *characters, uint32_t code) {
    if (code < 128)
        return characters->ascii[code];
    return characters->class_of[count_up_to(characters->class_first, characters->class_count, code) - 1];
}

/* Syllables of Hangul decompose by arithmetic: The Unicode Standard, section 3.12. */
enum { HANGUL = 0xAC00, LEADING = 0x1100, VOWEL = 0x1161, TRAILING = 0x11A7, VOWELS = 21, TRAILINGS = 28 };
enum { SYLLABLES = 19 * VOWELS * TRAILINGS };

uint32_t pr__character_decompose(const pr__characters *characters, uint32_t code, uint32_t out[PR_MOST_DECOMPOSED]) {
    out[0] = code;
    if (code < 128)
        return 1;
    if (code >= HANGUL && code < HANGUL + SYLLABLES) {
        const uint32_t syllable = code - HANGUL, trailing = syllable % TRAILINGS;
        out[0] = LEADING + syllable / TRAILINGS / VOWELS;
        out[1] = VOWEL + syllable / TRAILINGS % VOWELS;
        out[2] = TRAILING + trailing;
        return trailing ? 3 : 2;
    }
    const uint32_t i = count_up_to(characters->decomposed, characters->decomposed_count, code);
    if (i == 0 || characters->decomposed[i - 1] != code)
        return 1;
    const uint32_t first = i > 1 ? characters->decomposed_end[i - 2] : 0;
    const uint32_t count = characters->decomposed_end[i - 1] - first;
    for (uint32_t k = 0; k < count; k++)
        out[k] = characters->targets[first + k];
    return count;
}

uint32_t pr__character_lower(const pr__characters *characters, uint32_t code, uint32_t out[2]) {
    out[0] = code;
    if (code < 128) {
        out[0] = code >= 'A' && code <= 'Z' ? code + 32 : code;
        return 1;
    }
    if (code == 0x130) { /* I with a dot above: the dot becomes a mark */
        out[0] = 'i';
        out[1] = 0x307;
        return 2;
    }
    for (uint32_t low = 0, high = characters->case_count; low < high;) {
        const uint32_t middle = low + (high - low) / 2;
        const case_run *run = &characters->cases[middle];
        if (code > run->last) {
            low = middle + 1;
        } else if (code < run->first) {
            high = middle;
        } else {
            if ((code - run->first) % run->step == 0)
                out[0] = (uint32_t)((int32_t)code + run->offset);
            break;
        }
    }
    return 1;
}
