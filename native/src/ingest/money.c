/* Amounts as shops write them: off with the currency, then the groups of digits one by one. */
#include "money.h"

#include "fail.h"

#include <string.h>
#include <strings.h>

typedef struct amount {
    const char *at, *end;
} amount;

/* Signs, and codes in any case; the longer of two with the same beginning comes first. */
static const char *const CURRENCIES[] = {
    "US$", "CA$", "AU$", "NZ$", "HK$", "R$",  "A$",  "C$",  "S$",  "$",   "₹",   "€",   "£",   "¥",   "₩",   "₽",
    "₺",   "₫",   "₪",   "฿",   "₦",   "₱",   "₴",   "₸",   "₨",   "¢",   "Rs.", "Rs",  "kr.", "kr",  "zł",  "Kč",
    "INR", "USD", "EUR", "GBP", "JPY", "CNY", "AUD", "CAD", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON",
    "BRL", "MXN", "ZAR", "KRW", "SGD", "HKD", "TWD", "NZD", "TRY", "RUB", "UAH", "THB", "IDR", "MYR", "PHP", "VND",
    "AED", "SAR", "ILS", "EGP", "NGN", "PKR", "BDT", "LKR", "NPR", "ARS", "CLP", "COP",
};

/* A blank, no-break blank, narrow no-break blank or thin blank: its bytes, else 0. */
static size_t blank(const amount *a) {
    static const char *const blanks[] = {" ", "\t", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x89"};
    for (size_t i = 0; i < PRT_COUNT(blanks); i++) {
        size_t n = strlen(blanks[i]);
        if ((size_t)(a->end - a->at) >= n && memcmp(a->at, blanks[i], n) == 0)
            return n;
    }
    return 0;
}

static void skip_blanks(amount *a) {
    for (size_t n; (n = blank(a));)
        a->at += n;
}

static bool skip_currency(amount *a) {
    for (size_t i = 0; i < PRT_COUNT(CURRENCIES); i++) {
        size_t n = strlen(CURRENCIES[i]);
        if ((size_t)(a->end - a->at) < n || strncasecmp(a->at, CURRENCIES[i], n) != 0)
            continue;
        a->at += n;
        skip_blanks(a);
        return true;
    }
    return false;
}

/* '-' or '+' into `sign`, unless there is one already. */
static void take_sign(amount *a, char *sign) {
    if (*sign || a->at == a->end || (*a->at != '-' && *a->at != '+'))
        return;
    *sign = *a->at++;
    skip_blanks(a);
}

static size_t take_digits(amount *a, char *out, size_t *used) {
    size_t n = 0;
    for (; a->at < a->end && *a->at >= '0' && *a->at <= '9'; n++, a->at++) {
        if (*used < PRT_MOST_AMOUNT)
            out[*used] = *a->at;
        ++*used;
    }
    return n;
}

/* What stands between two groups: ',', '\'' (also the curly one) or ' '; *size gets its bytes. 0: nothing does. */
static char separator(const amount *a, size_t *size) {
    static const char curly[] = "\xE2\x80\x99";
    *size = 1;
    if (a->at == a->end)
        return 0;
    if (*a->at == ',' || *a->at == '\'')
        return *a->at;
    if (a->end - a->at >= 3 && memcmp(a->at, curly, 3) == 0) {
        *size = 3;
        return '\'';
    }
    *size = blank(a);
    return *size ? ' ' : 0;
}

/* Groups of three; or of two, and then the last of three. A blank that no digit follows is none between groups. */
static bool take_groups(amount *a, char *out, size_t *used) {
    char between = 0, found;
    size_t step, last = 3, twos = 0, threes = 0, first = take_digits(a, out, used);
    while ((found = separator(a, &step)) != 0) {
        const char *next = a->at + step;
        if (found == ' ' && (next == a->end || *next < '0' || *next > '9'))
            break;
        if ((between && found != between) || first == 0 || first > 3)
            return false;
        between = found;
        a->at = next;
        last = take_digits(a, out, used);
        twos += last == 2;
        threes += last == 3;
        if (last != 2 && last != 3)
            return false;
    }
    bool indian = twos > 0 && threes == 1 && last == 3 && first < 3;
    return twos == 0 || indian;
}

bool prt_money_plain(const char *bytes, size_t size, char out[PRT_MOST_AMOUNT + 1], size_t *out_size) {
    amount a = {bytes, bytes + size};
    char sign = 0;
    size_t used = 0;
    skip_blanks(&a);
    take_sign(&a, &sign);
    bool currency = skip_currency(&a);
    take_sign(&a, &sign);
    if (sign)
        out[used++] = sign;
    size_t digits = used;
    if (!take_groups(&a, out, &used))
        return false;
    if (a.at < a.end && *a.at == '.') {
        if (used < PRT_MOST_AMOUNT)
            out[used] = '.';
        used++;
        a.at++;
        if (take_digits(&a, out, &used) == 0)
            return false;
    }
    skip_blanks(&a);
    if (!currency)
        skip_currency(&a);
    if (a.at != a.end || used == digits || used > PRT_MOST_AMOUNT)
        return false;
    out[used] = 0;
    *out_size = used;
    return true;
}
