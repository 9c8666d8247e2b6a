/* The part of DuckDB's C API that we use (stable since 1.2; written after its documentation, for version 1.5.5). The
 * library is loaded when a source first needs it, so that CSV and JSON never pay for it and a machine without it works.
 */
#ifndef PRT_DUCKDB_API_H
#define PRT_DUCKDB_API_H

#include "library.h"
#include "pocketrec.h"

typedef struct prt_duck_database *duckdb_database;
typedef struct prt_duck_connection *duckdb_connection;
typedef struct prt_duck_config *duckdb_config;
typedef struct prt_duck_chunk *duckdb_data_chunk;
typedef struct prt_duck_vector *duckdb_vector;

typedef struct duckdb_result {
    uint64_t deprecated_counts[3];
    void *deprecated_columns;
    char *deprecated_error;
    void *internal;
} duckdb_result;

/* A VARCHAR in a vector: up to 12 bytes lie in place. */
typedef union duckdb_string_t {
    struct {
        uint32_t length;
        char bytes[12];
    } inlined;
    struct {
        uint32_t length;
        char prefix[4];
        char *bytes;
    } pointer;
} duckdb_string_t;

/* name, result, parameters. An int result is 0 for success. */
#define PRT_DUCKDB_FUNCTIONS(X)                                                                                        \
    X(library_version, const char *, (void))                                                                           \
    X(create_config, int, (duckdb_config * config))                                                                    \
    X(set_config, int, (duckdb_config config, const char *name, const char *value))                                    \
    X(destroy_config, void, (duckdb_config * config))                                                                  \
    X(open_ext, int, (const char *path, duckdb_database *database, duckdb_config config, char **error))                \
    X(close, void, (duckdb_database * database))                                                                       \
    X(connect, int, (duckdb_database database, duckdb_connection * connection))                                        \
    X(disconnect, void, (duckdb_connection * connection))                                                              \
    X(query, int, (duckdb_connection connection, const char *sql, duckdb_result *result))                              \
    X(destroy_result, void, (duckdb_result * result))                                                                  \
    X(result_error, const char *, (duckdb_result * result))                                                            \
    X(column_count, uint64_t, (duckdb_result * result))                                                                \
    X(fetch_chunk, duckdb_data_chunk, (duckdb_result result))                                                          \
    X(destroy_data_chunk, void, (duckdb_data_chunk * chunk))                                                           \
    X(data_chunk_get_size, uint64_t, (duckdb_data_chunk chunk))                                                        \
    X(data_chunk_get_vector, duckdb_vector, (duckdb_data_chunk chunk, uint64_t column))                                \
    X(vector_get_data, void *, (duckdb_vector vector))                                                                 \
    X(vector_get_validity, uint64_t *, (duckdb_vector vector))                                                         \
    X(free, void, (void *memory))

typedef struct prt_duckdb {
    char folder[PRT_LIBRARY_FOLDER]; /* of the library and its extensions; empty for the system's */
#define PRT_DUCKDB_MEMBER(name, result, parameters) result(*name) parameters;
    PRT_DUCKDB_FUNCTIONS(PRT_DUCKDB_MEMBER)
#undef PRT_DUCKDB_MEMBER
} prt_duckdb;

/* Load the library, from the folder in POCKETREC_DUCKDB, else from ../duckdb or ../lib/pocketrec beside the command,
 * else the system's. `why` completes the sentence when there is none ("items.parquet needs it"). Once loaded it stays.
 */
pr_status prt_duckdb_load(const char *why, const prt_duckdb **out, pr_error *error);

#endif
