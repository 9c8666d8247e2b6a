/* The static files of a site: which file a path means, its type, how long it may be kept. */
#ifndef PRT_SITE_H
#define PRT_SITE_H

#include "pocketrec.h"

typedef struct prt_site prt_site;

/* Open the folder; its files are read anew for each request. Beneath the path /bundle/ the files of `bundle` are found
 * where the site has none of its own. PR_E_IO when it is no readable folder, PR_E_MEMORY. */
pr_status prt_site_open(const char *dir, const char *bundle, prt_site **out, pr_error *error);
void prt_site_close(prt_site *site); /* NULL is allowed */

typedef struct prt_site_file {
    int file;   /* the caller closes it; -1 when status is not 200 */
    int status; /* 200, 301 (`location` is set), 400 or 404 */
    uint64_t size;
    const char *type;     /* Content-Type */
    const char *encoding; /* Content-Encoding: "br", "gzip" or NULL */
    const char *cache;    /* Cache-Control */
    char etag[64];        /* with its quotes */
    char location[2048];
} prt_site_file;

/* Find the file of a path as it stands on the wire (percent-encoded, without query), not outside the site whatever the
 * path or a symbolic link says, in the best coding that `accept_encoding` (may be NULL) allows and a neighbour .br or
 * .gz holds. */
void prt_site_find(const prt_site *site, const char *path, const char *accept_encoding, prt_site_file *out);

/* The Content-Type for a file name, by its ending. */
const char *prt_mime_type(const char *name);
/* The Cache-Control for a file name: for ever where the name holds a hash of the content, else ask each time. */
const char *prt_cache_control(const char *name);
/* Does the value of Accept-Encoding allow this coding by name? */
bool prt_accepts_coding(const char *accept_encoding, const char *coding);

#endif
