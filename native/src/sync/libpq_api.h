/* The part of libpq, PostgreSQL's own client library, that we use (written after its documentation; versions 10 and
 * newer). The library is loaded when a configuration is first synchronised, so that everything else works on a machine
 * without it. */
#ifndef PRT_LIBPQ_API_H
#define PRT_LIBPQ_API_H

#include "library.h"
#include "pocketrec.h"

typedef struct prt_pg_connection *pg_connection;
typedef struct prt_pg_result *pg_result;
typedef struct prt_pg_cancel *pg_cancel;

/* PQconninfoParse: an array that ends with a NULL keyword. */
typedef struct pg_option {
    const char *keyword, *variable, *compiled;
    const char *value; /* NULL when not given */
    const char *label, *display;
    int size;
} pg_option;

enum { PG_CONNECTION_OK = 0, PG_COMMAND_OK = 1, PG_TUPLES_OK = 2 };
enum { PG_FIELD_SQLSTATE = 'C', PG_FIELD_PRIMARY = 'M' };

/* name, result, parameters. */
#define PRT_LIBPQ_FUNCTIONS(X)                                                                                         \
    X(PQconninfoParse, pg_option *, (const char *conninfo, char **message))                                            \
    X(PQconninfoFree, void, (pg_option * options))                                                                     \
    X(PQfreemem, void, (void *memory))                                                                                 \
    X(PQconnectdbParams, pg_connection, (const char *const *keywords, const char *const *values, int expand_dbname))   \
    X(PQfinish, void, (pg_connection connection))                                                                      \
    X(PQstatus, int, (pg_connection connection))                                                                       \
    X(PQsocket, int, (pg_connection connection))                                                                       \
    X(PQpass, const char *, (pg_connection connection))                                                                \
    X(PQerrorMessage, const char *, (pg_connection connection))                                                        \
    X(PQserverVersion, int, (pg_connection connection))                                                                \
    X(PQsetNoticeProcessor, void *,                                                                                    \
      (pg_connection connection, void (*processor)(void *context, const char *message), void *context))                \
    X(PQsetnonblocking, int, (pg_connection connection, int on))                                                       \
    X(PQsendQueryParams, int,                                                                                          \
      (pg_connection connection, const char *sql, int count, const unsigned *types, const char *const *values,         \
       const int *lengths, const int *formats, int result_format))                                                     \
    X(PQflush, int, (pg_connection connection))                                                                        \
    X(PQconsumeInput, int, (pg_connection connection))                                                                 \
    X(PQisBusy, int, (pg_connection connection))                                                                       \
    X(PQgetResult, pg_result, (pg_connection connection))                                                              \
    X(PQclear, void, (pg_result result))                                                                               \
    X(PQresultStatus, int, (pg_result result))                                                                         \
    X(PQresultErrorField, const char *, (pg_result result, int field))                                                 \
    X(PQntuples, int, (pg_result result))                                                                              \
    X(PQnfields, int, (pg_result result))                                                                              \
    X(PQfname, const char *, (pg_result result, int column))                                                           \
    X(PQftype, unsigned, (pg_result result, int column))                                                               \
    X(PQgetvalue, const char *, (pg_result result, int row, int column))                                               \
    X(PQgetlength, int, (pg_result result, int row, int column))                                                       \
    X(PQgetisnull, int, (pg_result result, int row, int column))                                                       \
    X(PQgetCancel, pg_cancel, (pg_connection connection))                                                              \
    X(PQcancel, int, (pg_cancel cancel, char *message, int room))                                                      \
    X(PQfreeCancel, void, (pg_cancel cancel))

typedef struct prt_libpq {
    char folder[PRT_LIBRARY_FOLDER]; /* of the library; empty for the system's */
#define PRT_LIBPQ_MEMBER(name, result, parameters) result(*name) parameters;
    PRT_LIBPQ_FUNCTIONS(PRT_LIBPQ_MEMBER)
#undef PRT_LIBPQ_MEMBER
} prt_libpq;

/* Load the library, from the folder in POCKETREC_LIBPQ, else from ../libpq or ../lib/pocketrec beside the command, else
 * the system's. Once loaded it stays. PR_E_IO. */
pr_status prt_libpq_load(const prt_libpq **out, pr_error *error);

#endif
