/* Decoding. */
#include "percent.h"

int prt_hex_digit(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

int prt_percent_decode(const char *bytes, size_t size, bool query, char *out, int room) {
    int used = 0;
    for (size_t i = 0; i < size; i++) {
        int c = (unsigned char)bytes[i];
        if (c == '%') {
            int high = size - i > 2 ? prt_hex_digit(bytes[i + 1]) : -1,
                low = size - i > 2 ? prt_hex_digit(bytes[i + 2]) : -1;
            if (high < 0 || low < 0)
                return -1;
            c = high * 16 + low;
            i += 2;
        } else if (c == '+' && query)
            c = ' ';
        if (used == room)
            return -1;
        out[used++] = (char)c;
    }
    return used;
}
