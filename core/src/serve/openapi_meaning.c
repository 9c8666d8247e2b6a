/* The additions, each before a place of the shop's parts, which stay as they are for bundles and engines without
 * meaning. */
#include "openapi_meaning.h"

#include <string.h>

typedef struct addition {
    const char *before, *text;
} addition;

static const addition ADDITIONS[] = {
    {"{\"name\":\"typo\",\"in\":\"query\"",
     "{\"name\":\"mode\",\"in\":\"query\",\"required\":false,\"description\":\"How to search; without a vector of the "
     "query, "
     "which the host lays into the body, by its words\",\"schema\":{\"$ref\":\"#/components/schemas/SearchMode\"}},"},
    {"\"typo\":{\"type\":\"boolean\"}",
     "\"mode\":{\"$ref\":\"#/components/schemas/SearchMode\"},\"vector\":{\"$ref\":\"#/components/schemas/"
     "QueryVector\"},"
     "\"probes\":{\"type\":\"integer\",\"description\":\"Clusters that are looked into; clamped to 1 to 65536\"},"},
    {"\"corrected_query\":{\"type\":", "\"mode\":{\"$ref\":\"#/components/schemas/"
                                       "SearchMode\"},\"mode_reason\":{\"type\":\"string\",\"enum\":[\"no_vector\"]},"},
    {"\"SearchAnswer\":{",
     "\"SearchMode\":{\"type\":\"string\",\"enum\":[\"keyword\",\"meaning\",\"hybrid\"],\"default\":\"keyword\"},"
     "\"QueryVector\":{\"type\":\"array\",\"description\":\"What the bundle's encoder makes of the query\",\"items\":"
     "{\"type\":\"number\",\"minimum\":-1000,\"maximum\":1000},\"$DIMS\":{}},"},
};

/* The first place of `what`; `size` when there is none. */
static size_t place_of(const unsigned char *text, size_t size, const char *what) {
    size_t length = strlen(what), at = 0;
    while (at + length <= size && memcmp(text + at, what, length) != 0)
        at++;
    return at + length <= size ? at : size;
}

void pr__openapi_add_meaning(const unsigned char *object, size_t size, pr_buffer *out) {
    for (size_t from = 0; from < size;) {
        size_t next = size, which = PR_COUNT(ADDITIONS);
        for (size_t i = 0; i < PR_COUNT(ADDITIONS); i++) {
            const size_t at = place_of(object, size, ADDITIONS[i].before);
            if (at < next && at > from) {
                next = at;
                which = i;
            }
        }
        pr_buffer_append(out, object + from, next - from);
        if (which < PR_COUNT(ADDITIONS))
            pr_buffer_append(out, ADDITIONS[which].text, strlen(ADDITIONS[which].text));
        from = next;
    }
}
