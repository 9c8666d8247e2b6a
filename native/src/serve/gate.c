/* Tokens and loopback addresses. */
#include "gate.h"
#include "fail.h"
#include "readfile.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* ---- the token ---- */

static bool take_token(const char *text, size_t size, prt_gate *gate) {
    while (size && strchr(" \t\r\n", text[size - 1]))
        size--;
    while (size && strchr(" \t\r\n", *text)) {
        text++;
        size--;
    }
    if (size < PRT_LEAST_TOKEN || size > PRT_MOST_TOKEN)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    }
    memcpy(gate->token, text, size);
    gate->token[size] = 0;
    return true;
}

pr_status prt_gate_read_token(const char *path, prt_gate *gate, pr_error *error) {
    enum { MOST_FILE = 4096 };
    struct stat about;
    char *text;
    size_t size;
    PRT_TRY(prt_file_read(path, MOST_FILE, &text, &size, error));
    bool good = take_token(text, size, gate);
    free(text);
    if (!good)
        return prt_fail(error, PR_E_FORMAT,
                        "%s: holds no token of %d to %d printable characters without blanks; write one there, as by "
                        "openssl rand -hex 32",
                        path, PRT_LEAST_TOKEN, PRT_MOST_TOKEN);
    if (stat(path, &about) == 0 && (about.st_mode & (S_IRGRP | S_IROTH)))
        fprintf(stderr, "pocketrec serve: warning: %s can be read by others than its owner; chmod 600 it\n", path);
    return PR_OK;
}

/* Takes the same time wherever the texts differ, so that a token cannot be found letter by letter. */
static bool same_secret(const char *secret, const char *given) {
    size_t size = strlen(secret), other = strlen(given);
    unsigned differences = size != other;
    for (size_t i = 0; i < size; i++)
        differences |= (unsigned)(secret[i] ^ (i < other ? given[i] : 0));
    return differences == 0;
}

static bool has_token(const prt_gate *gate, struct MHD_Connection *connection) {
    static const char scheme[] = "Bearer ";
    const char *given = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION);
    return given && strncasecmp(given, scheme, sizeof scheme - 1) == 0 &&
           same_secret(gate->token, given + sizeof scheme - 1);
}

/* ---- this machine ---- */

static bool is_loopback(const struct sockaddr *address) {
    enum { NET_127 = 127 };
    if (address->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr) >> 24 == NET_127;
    if (address->sa_family != AF_INET6)
        return false;
    const struct in6_addr *six = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(six) || (IN6_IS_ADDR_V4MAPPED(six) && six->s6_addr[12] == NET_127);
}

/* Without its port: localhost, 127.x.x.x or [::1]. */
static bool names_this_machine(const char *host) {
    size_t size = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    if (size == 9 && strncasecmp(host, "localhost", size) == 0)
        return true;
    if (size == 5 && strncmp(host, "[::1]", size) == 0)
        return true;
    return strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == size;
}

static bool is_from_here(struct MHD_Connection *connection) {
    static const char *const forwarded[] = {"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"};
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const char *host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST);
    if (!info || !info->client_addr || !is_loopback(info->client_addr) || !host || !names_this_machine(host))
        return false;
    for (size_t i = 0; i < PRT_COUNT(forwarded); i++) {
        if (MHD_lookup_connection_value(connection, MHD_HEADER_KIND, forwarded[i]))
            return false;
    }
    return true;
}

int prt_gate_check(const prt_gate *gate, struct MHD_Connection *connection) {
    if (gate->everybody)
        return 0;
    if (gate->token[0])
        return has_token(gate, connection) ? 0 : 401;
    return is_from_here(connection) ? 0 : 403;
}
