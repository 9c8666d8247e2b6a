/* JSON writer. Every number of every answer is printed by pr_format_number. */
#include "base.h"

#include <math.h>
#include <string.h>

static void put(pr_writer *w, const char *text) {
    pr_buffer_append(w->out, text, strlen(text));
}

static void separate(pr_writer *w) {
    if (w->comma)
        put(w, ",");
    w->comma = true;
}

void pr_write_object(pr_writer *w) {
    separate(w);
    put(w, "{");
    w->comma = false;
    w->depth++;
}

void pr_write_array(pr_writer *w) {
    separate(w);
    put(w, "[");
    w->comma = false;
    w->depth++;
}

void pr_write_end_object(pr_writer *w) {
    put(w, "}");
    w->comma = true;
    w->depth--;
}

void pr_write_end_array(pr_writer *w) {
    put(w, "]");
    w->comma = true;
    w->depth--;
}

static void put_quoted(pr_writer *w, const char *bytes, size_t size) {
    put(w, "\"");
    size_t plain = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F)
            continue;
        pr_buffer_append(w->out, bytes + plain, i - plain);
        plain = i + 1;
        char escape[7] = {'\\', (char)c, 0};
        const char *letter = strchr("\nn\tt\rr", c);
        if (c && c < 0x20 && letter)
            escape[1] = letter[1];
        else if (c < 0x20 || c == 0x7F) {
            memcpy(escape, "\\u00", 4);
            escape[4] = "0123456789abcdef"[c >> 4];
            escape[5] = "0123456789abcdef"[c & 15];
            escape[6] = 0;
        }
        put(w, escape);
    }
    pr_buffer_append(w->out, bytes + plain, size - plain);
    put(w, "\"");
}

void pr_write_key(pr_writer *w, const char *key) {
    separate(w);
    put_quoted(w, key, strlen(key));
    put(w, ":");
    w->comma = false;
}

void pr_write_string(pr_writer *w, const char *bytes, size_t size) {
    separate(w);
    put_quoted(w, bytes, size);
}

void pr_write_text(pr_writer *w, const char *text) {
    if (text)
        pr_write_string(w, text, strlen(text));
    else
        pr_write_null(w);
}

void pr_write_number(pr_writer *w, double value) {
    char digits[32];
    separate(w);
    pr_buffer_append(w->out, digits, pr_format_number(value, digits));
}

void pr_write_integer(pr_writer *w, int64_t value) {
    char digits[24];
    separate(w);
    if (value < 0)
        put(w, "-");
    put(w, pr__decimal(value < 0 ? 0 - (uint64_t)value : (uint64_t)value, digits));
}

void pr_write_bool(pr_writer *w, bool value) {
    separate(w);
    put(w, value ? "true" : "false");
}

void pr_write_null(pr_writer *w) {
    separate(w);
    put(w, "null");
}

void pr_write_raw(pr_writer *w, const char *bytes, size_t size) {
    separate(w);
    pr_buffer_append(w->out, bytes, size);
}

static void write_scalar(pr_writer *w, const pr_json *value) {
    switch (value->type) {
    case PR_JSON_BOOL:
        pr_write_bool(w, value->boolean);
        break;
    case PR_JSON_NUMBER:
        pr_write_number(w, value->number);
        break;
    case PR_JSON_STRING:
        pr_write_string(w, value->string, value->size);
        break;
    default:
        pr_write_null(w);
    }
}

/* Recursion is bounded by the reader's depth limit. */
void pr_write_json(pr_writer *w, const pr_json *value) {
    if (value->type != PR_JSON_OBJECT && value->type != PR_JSON_ARRAY) {
        write_scalar(w, value);
        return;
    }
    bool object = value->type == PR_JSON_OBJECT;
    if (object)
        pr_write_object(w);
    else
        pr_write_array(w);
    for (const pr_json *member = value->first; member; member = member->next) {
        if (object) {
            separate(w);
            put_quoted(w, member->key, member->key_size);
            put(w, ":");
            w->comma = false;
        }
        pr_write_json(w, member);
    }
    if (object)
        pr_write_end_object(w);
    else
        pr_write_end_array(w);
}

/* value · 10^exponent, |exponent| <= 22: the power is exact, so there is one rounding. */
static double times_power_of_ten(double value, int exponent) {
    return exponent < 0 ? value / pr__powers_of_ten[-exponent] : value * pr__powers_of_ten[exponent];
}

enum { SIGNIFICANT = 9 };

/* Nine significant decimal digits of a positive number, and the power of ten of the first of them. */
static uint64_t nine_digits(double value, int *exponent) {
    const double low = 1e8, high = 1e9;
    int power = 0;
    double scaled = value;
    while (scaled >= 1e22) {
        scaled = times_power_of_ten(scaled, -22);
        power += 22;
    }
    while (scaled < 1e-13) {
        scaled = times_power_of_ten(scaled, 22);
        power -= 22;
    }
    int shift = 0; /* one multiplication or division by an exact power from here */
    while (shift < 22 && times_power_of_ten(scaled, shift) < low)
        shift++;
    while (shift > -22 && times_power_of_ten(scaled, shift) >= high)
        shift--;
    uint64_t digits = (uint64_t)(times_power_of_ten(scaled, shift) + 0.5);
    if (digits >= 1000000000u) {
        digits /= 10;
        shift--;
    }
    *exponent = power - shift + SIGNIFICANT - 1;
    return digits;
}

static size_t put_exponent(char *out, int exponent) {
    size_t n = 0;
    out[n++] = 'e';
    if (exponent < 0) {
        out[n++] = '-';
        exponent = -exponent;
    }
    char digits[24];
    pr__decimal((uint64_t)exponent, digits);
    size_t size = strlen(digits);
    memcpy(out + n, digits, size);
    return n + size;
}

size_t pr_format_number(double value, char out[32]) {
    size_t n = 0;
    if (value != value || value == HUGE_VAL || value == -HUGE_VAL) {
        memcpy(out, "null", 5);
        return 4;
    }
    if (value < 0) {
        out[n++] = '-';
        value = -value;
    }
    if (value < 9007199254740992.0 && value == floor(value)) {
        char digits[24];
        size_t size = strlen(pr__decimal((uint64_t)value, digits));
        if (size == 1 && digits[0] == '0')
            n = 0; /* -0 prints as 0 */
        memcpy(out + n, digits, size + 1);
        return n + size;
    }
    int exponent;
    uint64_t digits = nine_digits(value, &exponent);
    char text[24];
    pr__decimal(digits, text);
    size_t size = SIGNIFICANT;
    while (size > 1 && text[size - 1] == '0')
        size--;
    if (exponent < -7 || exponent >= 16) {
        out[n++] = text[0];
        if (size > 1) {
            out[n++] = '.';
            memcpy(out + n, text + 1, size - 1);
            n += size - 1;
        }
        n += put_exponent(out + n, exponent);
    } else if (exponent < 0) {
        out[n++] = '0';
        out[n++] = '.';
        for (int i = -1; i > exponent; i--)
            out[n++] = '0';
        memcpy(out + n, text, size);
        n += size;
    } else {
        for (int i = 0; i <= exponent || i < (int)size; i++) {
            if (i == exponent + 1)
                out[n++] = '.';
            out[n++] = i < (int)size ? text[i] : '0';
        }
    }
    out[n] = 0;
    return n;
}
