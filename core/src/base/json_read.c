/* Strict JSON reader (RFC 8259) into a tree of linked values. One pass, no recursion, all memory from one arena.
 *
 * Why not a library: the core may have no global hooks, must read the same bits everywhere (strtod differs), must
 * refuse duplicate keys and deep nesting, and the whole of it has to stay a few kilobytes of WebAssembly.
 */
#include "utf8.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { DEFAULT_DEPTH = 32, MOST_DEPTH = 64, MOST_MEMBERS = 1024 };

typedef struct reader {
    const char *text;
    size_t size, at;
    pr_arena *arena;
    pr_error *error;
} reader;

static pr_status wrong(const reader *r, size_t at, const char *what) {
    char number[24];
    return pr_fail(r->error, PR_E_FORMAT, at, "JSON: ", what, " at byte ", pr__decimal(at, number));
}

static pr_status no_memory(const reader *r) {
    return pr_fail(r->error, PR_E_MEMORY, r->at, "JSON: out of memory, send less");
}

static void skip_space(reader *r) {
    while (r->at < r->size) {
        char c = r->text[r->at];
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
            return;
        r->at++;
    }
}

static int hex4(const reader *r, size_t at) {
    if (r->size - at < 4)
        return -1;
    int value = 0;
    for (size_t i = at; i < at + 4; i++) {
        char c = r->text[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* The escape behind a backslash at r->at: its UTF-8 bytes into `out`, how many into *n. */
static pr_status read_escape(reader *r, char out[4], size_t *n) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    size_t start = r->at - 1;
    char c = r->at < r->size ? r->text[r->at++] : 0;
    const char *simple = c ? strchr(from, c) : NULL;
    if (simple) {
        out[0] = to[simple - from];
        *n = 1;
        return PR_OK;
    }
    int code = c == 'u' ? hex4(r, r->at) : -1;
    if (code < 0)
        return wrong(r, start, "wrong escape");
    r->at += 4;
    if (code >= 0xDC00 && code < 0xE000)
        return wrong(r, start, "half a surrogate pair");
    if (code >= 0xD800 && code < 0xDC00) {
        bool escaped = r->size - r->at >= 6 && r->text[r->at] == '\\' && r->text[r->at + 1] == 'u';
        int low = escaped ? hex4(r, r->at + 2) : -1;
        if (low < 0xDC00 || low >= 0xE000)
            return wrong(r, start, "half a surrogate pair");
        r->at += 6;
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    *n = pr__utf8_encode((uint32_t)code, out);
    return PR_OK;
}

/* Bytes of the string that begins at r->at (behind the quote) as written, without the closing quote. */
static pr_status find_end(const reader *r, size_t *end) {
    for (size_t i = r->at; i < r->size; i++) {
        unsigned char c = (unsigned char)r->text[i];
        if (c == '"') {
            *end = i;
            return PR_OK;
        }
        if (c < 0x20)
            return wrong(r, i, "control character in a string");
        if (c == '\\')
            i++;
    }
    return wrong(r, r->size, "string without end");
}

/* r->at stands behind the opening quote; afterwards behind the closing one. */
static pr_status read_string(reader *r, const char **string, uint32_t *size) {
    size_t end = r->at, bad = 0;
    PR_TRY(find_end(r, &end));
    if (!pr_utf8_valid(r->text + r->at, end - r->at, &bad))
        return wrong(r, r->at + bad, "bytes that are not UTF-8");
    char *out = pr_arena_take(r->arena, end - r->at + 1); /* an escape is never shorter than what it stands for */
    if (!out)
        return no_memory(r);
    size_t used = 0;
    while (r->at < end) {
        const char *plain = r->text + r->at;
        const char *escape = memchr(plain, '\\', end - r->at);
        size_t run = escape ? (size_t)(escape - plain) : end - r->at;
        memcpy(out + used, plain, run);
        used += run;
        r->at += run;
        if (escape) {
            size_t n = 0;
            r->at++;
            PR_TRY(read_escape(r, out + used, &n));
            used += n;
        }
    }
    r->at = end + 1;
    out[used] = 0;
    *string = out;
    *size = (uint32_t)used;
    return PR_OK;
}

/* digits / 10^k, correctly rounded, for k <= 18: long division in binary until the quotient has 55 bits, of which 53
 * stay. */
static double divide_exactly(uint64_t digits, int k) {
    uint64_t divisor = 1;
    for (int i = 0; i < k; i++)
        divisor *= 10;
    uint64_t quotient = digits / divisor, rest = digits % divisor;
    double unit = 1.0; /* of the quotient's last bit */
    bool sticky = false;
    for (; quotient < (uint64_t)1 << 54; unit *= 0.5) {
        rest *= 2;
        quotient = quotient * 2 + (rest >= divisor);
        rest -= rest >= divisor ? divisor : 0;
    }
    for (; quotient >= (uint64_t)1 << 55; unit *= 2) {
        sticky |= quotient & 1;
        quotient >>= 1;
    }
    sticky |= rest != 0;
    uint64_t low = quotient & 3, kept = quotient >> 2;
    kept += low == 3 || (low == 2 && (sticky || (kept & 1)));
    return (double)kept * (unit * 4);
}

/* digits · 10^exponent. Exact operands and one rounding for up to 15 digits and |exponent| <= 22 (Clinger 1990). */
static double scale(uint64_t digits, int64_t exponent) {
    double value = (double)digits;
    if (digits == 0)
        return 0.0;
    if (digits > 9007199254740992u && exponent < 0 && exponent >= -18)
        return divide_exactly(digits, (int)-exponent);
    while (exponent > 0 && value <= DBL_MAX) {
        int step = exponent < 22 ? (int)exponent : 22;
        value *= pr__powers_of_ten[step];
        exponent -= step;
    }
    while (exponent < 0 && value > 0) {
        int step = exponent > -22 ? (int)-exponent : 22;
        value /= pr__powers_of_ten[step];
        exponent += step;
    }
    return value;
}

static bool is_digit(const reader *r) {
    return r->at < r->size && r->text[r->at] >= '0' && r->text[r->at] <= '9';
}

static int decimal_length(uint64_t digits) {
    int length = 1;
    while (digits /= 10)
        length++;
    return length;
}

static pr_status read_exponent(reader *r, int64_t *exponent) {
    bool minus = false;
    r->at++;
    if (r->at < r->size && (r->text[r->at] == '-' || r->text[r->at] == '+'))
        minus = r->text[r->at++] == '-';
    if (!is_digit(r))
        return wrong(r, r->at, "exponent without digits");
    int64_t value = 0;
    for (; is_digit(r); r->at++)
        value = value < 100000 ? value * 10 + (r->text[r->at] - '0') : value;
    *exponent += minus ? -value : value;
    return PR_OK;
}

static pr_status read_number(reader *r, pr_json *value) {
    size_t start = r->at;
    bool minus = r->text[r->at] == '-';
    r->at += minus;
    if (!is_digit(r))
        return wrong(r, start, "number without digits");
    if (r->text[r->at] == '0' && r->at + 1 < r->size && r->text[r->at + 1] >= '0' && r->text[r->at + 1] <= '9')
        return wrong(r, start, "number with a leading zero");
    uint64_t digits = 0;
    int64_t exponent = 0;
    for (int part = 0; part < 2; part++) { /* the digits before and behind the point; those past the 18th only scale */
        for (; is_digit(r); r->at++) {
            bool room = digits < 100000000000000000ull;
            if (room)
                digits = digits * 10 + (uint64_t)(r->text[r->at] - '0');
            exponent += part == 0 ? !room : -(int64_t)room;
        }
        if (part == 1 || r->at >= r->size || r->text[r->at] != '.')
            break;
        r->at++;
        if (!is_digit(r))
            return wrong(r, r->at, "fraction without digits");
    }
    if (r->at < r->size && (r->text[r->at] == 'e' || r->text[r->at] == 'E')) {
        PR_TRY(read_exponent(r, &exponent));
    }
    value->type = PR_JSON_NUMBER;
    value->number = scale(digits, exponent);
    if (value->number > DBL_MAX && exponent > 309 - decimal_length(digits))
        return wrong(r, start, "number too large");
    if (value->number > DBL_MAX) /* rounded over the edge on the way */
        value->number = DBL_MAX;
    value->is_integer = value->number < 9007199254740992.0 && value->number == floor(value->number);
    if (minus)
        value->number = -value->number;
    return PR_OK;
}

static pr_status read_word(reader *r, const char *word, pr_json *value, pr_json_type type, bool boolean) {
    size_t n = strlen(word);
    if (r->size - r->at < n || memcmp(r->text + r->at, word, n) != 0)
        return wrong(r, r->at, "unexpected character");
    r->at += n;
    value->type = type;
    value->boolean = boolean;
    return PR_OK;
}

static pr_status read_value(reader *r, pr_json *value) {
    skip_space(r);
    if (r->at >= r->size)
        return wrong(r, r->at, "unexpected end");
    value->position = (uint32_t)r->at;
    switch (r->text[r->at]) {
    case '{':
    case '[':
        value->type = r->text[r->at++] == '{' ? PR_JSON_OBJECT : PR_JSON_ARRAY;
        return PR_OK;
    case '"':
        value->type = PR_JSON_STRING;
        r->at++;
        return read_string(r, &value->string, &value->size);
    case 't':
        return read_word(r, "true", value, PR_JSON_BOOL, true);
    case 'f':
        return read_word(r, "false", value, PR_JSON_BOOL, false);
    case 'n':
        return read_word(r, "null", value, PR_JSON_NULL, false);
    default:
        if (r->text[r->at] == '-' || is_digit(r))
            return read_number(r, value);
        return wrong(r, r->at, "unexpected character");
    }
}

static pr_status read_key(reader *r, const pr_json *object, pr_json *member) {
    skip_space(r);
    size_t start = r->at;
    if (r->at >= r->size || r->text[r->at] != '"')
        return wrong(r, r->at, "expected a key in quotes");
    r->at++;
    PR_TRY(read_string(r, &member->key, &member->key_size));
    for (const pr_json *other = object->first; other; other = other->next) {
        if (pr__equal(other->key, other->key_size, member->key, member->key_size))
            return wrong(r, start, "duplicate key");
    }
    skip_space(r);
    if (r->at >= r->size || r->text[r->at] != ':')
        return wrong(r, r->at, "expected a colon");
    r->at++;
    return PR_OK;
}

typedef struct level {
    pr_json *container, *last;
} level;

static pr_status add_member(reader *r, level *open, pr_json **added) {
    pr_json *member = pr_arena_take(r->arena, sizeof *member);
    if (!member)
        return no_memory(r);
    if (open->container->type == PR_JSON_OBJECT) {
        if (open->container->size >= MOST_MEMBERS)
            return pr_fail(r->error, PR_E_LIMIT, r->at, "JSON: an object has more than 1024 members");
        PR_TRY(read_key(r, open->container, member));
    }
    PR_TRY(read_value(r, member));
    if (open->last)
        open->last->next = member;
    else
        open->container->first = member;
    open->last = member;
    open->container->size++;
    *added = member;
    return PR_OK;
}

/* Fill the open containers until none is left. */
static pr_status read_members(reader *r, pr_json *root, uint32_t max_depth) {
    level stack[MOST_DEPTH];
    uint32_t depth = 0;
    stack[depth++] = (level){root, NULL};
    while (depth) {
        level *open = &stack[depth - 1];
        char close = open->container->type == PR_JSON_OBJECT ? '}' : ']';
        skip_space(r);
        if (r->at < r->size && r->text[r->at] == close) {
            r->at++;
            depth--;
            continue;
        }
        if (open->last) {
            if (r->at >= r->size || r->text[r->at] != ',')
                return wrong(r, r->at, "expected a comma or the end of the list");
            r->at++;
        }
        pr_json *member = NULL;
        PR_TRY(add_member(r, open, &member));
        if (member->type == PR_JSON_OBJECT || member->type == PR_JSON_ARRAY) {
            if (depth >= max_depth)
                return pr_fail(r->error, PR_E_LIMIT, r->at, "JSON: nested too deeply");
            stack[depth++] = (level){member, NULL};
        }
    }
    return PR_OK;
}

pr_status pr_json_parse(const char *text, size_t size, const pr_json_limits *limits, pr_arena *arena,
                        const pr_json **root, pr_error *error) {
    size_t max_bytes = limits && limits->max_bytes ? limits->max_bytes : (size_t)1 << 20;
    uint32_t max_depth = limits && limits->max_depth ? limits->max_depth : DEFAULT_DEPTH;
    reader r = {text, size, 0, arena, error};
    *root = NULL;
    if (size > max_bytes || size >= UINT32_MAX)
        return pr_fail(error, PR_E_LIMIT, 0, "JSON: the text is too long");
    pr_json *value = pr_arena_take(arena, sizeof *value);
    if (!value)
        return no_memory(&r);
    PR_TRY(read_value(&r, value));
    if (value->type == PR_JSON_OBJECT || value->type == PR_JSON_ARRAY)
        PR_TRY(read_members(&r, value, max_depth < MOST_DEPTH ? max_depth : MOST_DEPTH));
    skip_space(&r);
    if (r.at != size)
        return wrong(&r, r.at, "something behind the end");
    *root = value;
    return PR_OK;
}

const pr_json *pr_json_get(const pr_json *object, const char *key) {
    if (!object || object->type != PR_JSON_OBJECT)
        return NULL;
    size_t size = strlen(key);
    for (const pr_json *member = object->first; member; member = member->next) {
        if (pr__equal(member->key, member->key_size, key, size))
            return member;
    }
    return NULL;
}

bool pr_json_is(const pr_json *string, const char *text) {
    return string && string->type == PR_JSON_STRING && pr__equal(string->string, string->size, text, strlen(text));
}
