/* The zones that people live in, by what they say: an offset from UTC, or a name of the IANA database. */
#ifndef PRT_ZONES_H
#define PRT_ZONES_H

#include "zone.h"

enum { PRT_MOST_ZONE_NAME = 64 };

/* Zones that were asked for, each read once. */
typedef struct prt_zones {
    struct prt_named_zone **zones;
    uint32_t count, room;
} prt_zones;

/* The zone that a text of `size` bytes means: Z, +5, -08, +0530 or +05:30 (at most 14 hours), or a name such as
 * Europe/Berlin. Names are looked for in the machine's database, the folder $TZDIR, else /usr/share/zoneinfo. It stays
 * until prt_zones_free; *out is NULL where the text is neither. PR_E_IO: this machine has no database, or a file of it
 * cannot be read; PR_E_FORMAT, PR_E_LIMIT: the file is damaged, or no zone's; PR_E_MEMORY. */
pr_status prt_zones_find(prt_zones *zones, const char *text, size_t size, const prt_zone **out, pr_error *error);

/* Has this machine a database, that is, its folder? */
bool prt_zones_have_database(void);
void prt_zones_free(prt_zones *zones);

#endif
