/* Any bytes as a file of a time zone; what is accepted answers for any moment. */
#include "zone.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    prt_zone zone;
    pr_error error = {0};
    if (prt_zone_parse(data, size, &zone, &error) != PR_OK) {
        if (error.message[0] == '\0' || zone.times || zone.offsets)
            abort();
        return 0;
    }
    int64_t time = -PRT_MOST_MOMENT;
    for (int i = 0; i < 200; i++) {
        prt_zone_span span = prt_zone_at(&zone, time);
        if (span.until <= time || span.offset <= -26 * 3600 || span.offset >= 26 * 3600)
            abort();
        /* by leaps at first, then from change to change */
        time = i < 128 ? time + PRT_MOST_MOMENT / 64 : i == 128 ? 0 : span.until;
        if (time > PRT_MOST_MOMENT)
            time = i < 128 ? PRT_MOST_MOMENT : 0;
    }
    prt_zone_free(&zone);
    return 0;
}
