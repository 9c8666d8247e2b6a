/* A bundle in a folder, opened with the core: the host's half of the page-fault protocol. Shards are mapped into memory
 * when a request first needs them. One thread at a time. */
#ifndef PRT_BUNDLE_READER_H
#define PRT_BUNDLE_READER_H

#include "pocketrec.h"

typedef struct prt_bundle prt_bundle;

/* Open the bundle in folder `dir`: reads manifest.json, maps no shard yet. On failure *out is NULL. Fails with PR_E_IO
 * when manifest.json cannot be read and as pr_engine_open does. */
pr_status prt_bundle_open(const char *dir, prt_bundle **out, pr_error *error);

/* Queries that search by meaning and bring no vector are encoded by the encoder at `path` (borrowed), not by the one
 * that the bundle may hold. Without either they are answered by their words. */
void prt_bundle_use_encoder(prt_bundle *bundle, const char *path);

/* The same with another file in the folder as manifest: a previous version, or one that is not published yet. */
pr_status prt_bundle_open_manifest(const char *dir, const char *manifest, prt_bundle **out, pr_error *error);

/* Answer one request, after encoding its query where it needs that; maps the shards that it needs. Returns PR_OK
 * whenever there is an HTTP response, also a 503 because of a shard that is missing or broken: `error` (may be NULL)
 * then says which (code 0 when there was none). What the response points to is valid until the next call on, or the
 * close of, this bundle. */
pr_status prt_bundle_call(prt_bundle *bundle, const pr_request *request, pr_response *response, pr_error *error);

/* Map and check one shard, or every shard; PR_E_IO, PR_E_HASH or PR_E_FORMAT for the first that fails. */
pr_status prt_bundle_attach(prt_bundle *bundle, uint32_t shard, pr_error *error);
pr_status prt_bundle_attach_all(prt_bundle *bundle, pr_error *error);

/* The bytes of an attached shard; empty when it is not. Borrowed. */
pr_text prt_bundle_shard(const prt_bundle *bundle, uint32_t shard);

/* Borrowed: the engine inside, and the text of manifest.json. */
pr_engine *prt_bundle_engine(prt_bundle *bundle);
pr_text prt_bundle_manifest(const prt_bundle *bundle);

void prt_bundle_close(prt_bundle *bundle); /* NULL is allowed */

#endif
