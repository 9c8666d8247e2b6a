/* zone_changes FROM TO: for each time zone named on a line of stdin, "zone NAME", then a line "TIME OFFSET" for FROM
 * and for each change of its clocks until TO; nothing where there is no such zone. */
#include "zones.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_changes(const prt_zone *zone, int64_t time, int64_t to) {
    prt_zone_span span = prt_zone_at(zone, time);
    printf("%" PRId64 " %" PRId32 "\n", time, span.offset);
    while (span.until <= to) {
        time = span.until;
        span = prt_zone_at(zone, time);
        printf("%" PRId64 " %" PRId32 "\n", time, span.offset);
    }
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "zone_changes: give two moments, in seconds\n");
        return 2;
    }
    char line[256];
    prt_zones zones = {0};
    pr_error error = {0};
    pr_status status = PR_OK;
    while (status == PR_OK && fgets(line, sizeof line, stdin)) {
        const prt_zone *zone;
        line[strcspn(line, "\n")] = 0;
        status = prt_zones_find(&zones, line, strlen(line), &zone, &error);
        printf("zone %s\n", line);
        if (zone)
            print_changes(zone, strtoll(argv[1], NULL, 10), strtoll(argv[2], NULL, 10));
    }
    prt_zones_free(&zones);
    if (status != PR_OK)
        fprintf(stderr, "%s\n", error.message);
    return status != PR_OK;
}
