/* What file names tell: type, and whether the content can ever change under that name. */
#include "site.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *ending, *type;
} TYPES[] = {
    {"html", "text/html; charset=utf-8"},
    {"js", "text/javascript; charset=utf-8"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"css", "text/css; charset=utf-8"},
    {"json", "application/json"},
    {"map", "application/json"},
    {"wasm", "application/wasm"},
    {"webmanifest", "application/manifest+json"},
    {"safetensors", "application/octet-stream"},
    {"svg", "image/svg+xml"},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"webp", "image/webp"},
    {"avif", "image/avif"},
    {"gif", "image/gif"},
    {"ico", "image/x-icon"},
    {"woff2", "font/woff2"},
    {"txt", "text/plain; charset=utf-8"},
    {"md", "text/plain; charset=utf-8"},
    {"csv", "text/csv; charset=utf-8"},
    {"xml", "application/xml"},
    {"pdf", "application/pdf"},
};

const char *prt_mime_type(const char *name) {
    const char *ending = strrchr(name, '.');
    for (size_t i = 0; ending && i < sizeof TYPES / sizeof *TYPES; i++) {
        if (strcasecmp(ending + 1, TYPES[i].ending) == 0)
            return TYPES[i].type;
    }
    return "application/octet-stream";
}

/* Is the word a hash? 8 or more hexadecimal digits, letters and figures among them (a date is none), or 8 of esbuild's
 * letters A-Z and 2-7. */
static bool is_hash(const char *word, size_t size) {
    size_t hexadecimal = strspn(word, "0123456789abcdef"), base32 = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
    bool mixed = strcspn(word, "0123456789") < size && strcspn(word, "abcdef") < size;
    return (size >= 8 && hexadecimal >= size && mixed) || (size == 8 && base32 >= size);
}

const char *prt_cache_control(const char *name) {
    const char *ending = strrchr(name, '.');
    for (const char *at = ending; at && at > name; at--) {
        if ((at[-1] == '-' || at[-1] == '.') && is_hash(at, (size_t)(ending - at)))
            return "public, max-age=31536000, immutable";
    }
    return "no-cache";
}

bool prt_accepts_coding(const char *accept, const char *coding) {
    size_t size = strlen(coding);
    while (accept && *accept) {
        accept += strspn(accept, " \t,");
        size_t word = strcspn(accept, " \t;,"), part = strcspn(accept, ",");
        if (word == size && strncasecmp(accept, coding, size) == 0) {
            const char *q = memchr(accept, '=', part);
            return !q || strtod(q + 1, NULL) > 0;
        }
        accept += part;
    }
    return false;
}
