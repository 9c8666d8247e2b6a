/* From a path on the wire to an open file inside the site. */
#include "site.h"
#include "percent.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_PATH = 1024 };

struct prt_site {
    char *root, *bundle; /* real paths, without a slash at the end */
};

pr_status prt_site_open(const char *dir, const char *bundle, prt_site **out, pr_error *error) {
    struct stat about;
    *out = NULL;
    if (stat(dir, &about) != 0 || !S_ISDIR(about.st_mode))
        return pr_fail(error, PR_E_IO, 0, dir, ": is no folder; give the folder of the site with --site");
    prt_site *site = calloc(1, sizeof *site);
    if (!site)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory");
    site->root = realpath(dir, NULL);
    site->bundle = realpath(bundle, NULL);
    if (!site->root || !site->bundle) {
        prt_site_close(site);
        return pr_fail(error, PR_E_IO, 0, dir, ": cannot be read (", strerror(errno), ")");
    }
    *out = site;
    return PR_OK;
}

void prt_site_close(prt_site *site) {
    if (!site)
        return;
    free(site->root);
    free(site->bundle);
    free(site);
}

/* Decode the path into plain file names. A slash or NUL that was encoded is no way into another folder, so it is wrong.
 */
static bool decode(const char *path, char out[MOST_PATH]) {
    size_t used = 0;
    for (; *path; path++) {
        int c = (unsigned char)*path;
        if (c == '%') {
            int high = prt_hex_digit(path[1]), low = high < 0 ? -1 : prt_hex_digit(path[2]);
            c = low < 0 ? 0 : high * 16 + low;
            if (c == 0 || c == '/')
                return false;
            path += 2;
        }
        if (used + 1 >= MOST_PATH || c < 0x20 || c == '\\' || c == 0x7f)
            return false;
        out[used++] = (char)c;
    }
    out[used] = 0;
    return out[0] == '/';
}

/* No name may be empty or begin with a dot: neither . nor .. nor hidden files; /.well-known/ is meant for the public.
 */
static bool names_allowed(const char *path) {
    for (const char *slash = path; slash; slash = strchr(slash + 1, '/')) {
        if (slash[1] == '/' || (slash[1] == '.' && strncmp(slash, "/.well-known/", 13) != 0))
            return false;
    }
    return true;
}

/* Open root + path where it is a file inside root with every link followed; -1 else, with errno. */
static int open_inside(const char *root, const char *path, struct stat *about) {
    char joined[PATH_MAX], real[PATH_MAX];
    size_t size = strlen(root);
    if (snprintf(joined, sizeof joined, "%s%s", root, path) >= (int)sizeof joined || !realpath(joined, real))
        return -1;
    if (strncmp(real, root, size) != 0 || (real[size] != '/' && real[size] != 0)) {
        errno = ENOENT;
        return -1;
    }
    int file = open(real, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0)
        return -1;
    if (fstat(file, about) != 0 || !(S_ISREG(about->st_mode) || S_ISDIR(about->st_mode))) {
        close(file);
        errno = ENOENT;
        return -1;
    }
    return file;
}

static int open_in_site(const prt_site *site, const char *path, struct stat *about) {
    int file = open_inside(site->root, path, about);
    if (file < 0 && strncmp(path, "/bundle/", 8) == 0)
        file = open_inside(site->bundle, path + 7, about);
    return file;
}

/* A compressed neighbour in the place of *file, where there is one that the client takes. */
static void choose_coding(const prt_site *site, const char *path, const char *accept, int *file, struct stat *about,
                          prt_site_file *out) {
    static const struct { const char *coding, *ending; } codings[] = {{"br", ".br"}, {"gzip", ".gz"}};
    for (size_t i = 0; i < 2; i++) {
        char other[MOST_PATH + 32];
        struct stat found;
        if (!prt_accepts_coding(accept, codings[i].coding))
            continue;
        snprintf(other, sizeof other, "%s%s", path, codings[i].ending);
        int compressed = open_in_site(site, other, &found);
        /* One that is older than its original belongs to an older original. */
        if (compressed >= 0 && S_ISREG(found.st_mode) && found.st_mtim.tv_sec >= about->st_mtim.tv_sec) {
            close(*file);
            *file = compressed;
            *about = found;
            out->encoding = codings[i].coding;
            return;
        }
        if (compressed >= 0)
            close(compressed);
    }
}

static void describe(prt_site_file *out, const char *path, int file, const struct stat *about) {
    const char *name = strrchr(path, '/') + 1;
    out->file = file;
    out->status = 200;
    out->size = (uint64_t)about->st_size;
    out->type = strcmp(name, "manifest.json") == 0 && strcmp(path, "/manifest.json") == 0 ? "application/manifest+json"
                                                                                          : prt_mime_type(name);
    out->cache = prt_cache_control(name);
    snprintf(out->etag, sizeof out->etag, "\"%llx-%lx-%llx%s\"", (unsigned long long)about->st_mtim.tv_sec,
             (unsigned long)about->st_mtim.tv_nsec, (unsigned long long)about->st_size,
             out->encoding ? out->encoding : "");
}

void prt_site_find(const prt_site *site, const char *path, const char *accept_encoding, prt_site_file *out) {
    *out = (prt_site_file){.file = -1, .status = 404};
    char plain[MOST_PATH + 16];
    struct stat about;
    if (!decode(path, plain)) {
        out->status = 400;
        return;
    }
    if (!names_allowed(plain))
        return;
    if (plain[strlen(plain) - 1] == '/')
        strcat(plain, "index.html");
    int file = open_in_site(site, plain, &about);
    if (file < 0)
        return;
    if (S_ISDIR(about.st_mode)) {
        close(file);
        out->status = 301;
        snprintf(out->location, sizeof out->location, "%.2000s/", path);
        return;
    }
    choose_coding(site, plain, accept_encoding, &file, &about, out);
    describe(out, plain, file, &about);
}
