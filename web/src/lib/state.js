/**
 * Where the visitor's state lives: one text per bundle. A store has one operation, `update`, which reads, lets the
 * caller
 * decide, and writes, as one step: two tabs cannot lose each other's events.
 *
 * IndexedDB serialises overlapping read-write transactions over all tabs and workers of an origin, also where
 * navigator.locks does not exist, so reading, the (synchronous) engine and writing share one transaction. A store
 * object
 * of the embedder's own is guarded by navigator.locks, or by a queue inside this tab.
 */

/**
 * @callback Decide gets the state ('' for somebody new); returns the new one, '' to forget, or null to leave it
 * @param {string} state
 * @returns {string|null}
 *
 * @typedef {{kind: string, update(decide: Decide): Promise<void>, close(): void}} Store
 * @typedef {{get(): string|null|undefined|Promise<string|null|undefined>, set(state: string): unknown}} CustomStore
 */

const DATABASE = 'pocketrec';
const TABLE = 'state';
const OPEN_TIMEOUT = 3000;

/** @returns {Store} */
export function memoryStore(state = '') {
  return {
    kind: 'memory',
    async update(decide) {
      state = decide(state) ?? state;
    },
    close() {},
  };
}

/** @returns {Promise<IDBDatabase>} */
function openDatabase() {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('IndexedDB does not answer')), OPEN_TIMEOUT);
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      clearTimeout(timer);
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
  });
}

/** What `decide` threw is the caller's affair, not a failure of the storage. */
class DecideError extends Error {}

/** @param {IDBDatabase} database @param {string} key @param {Decide} decide @returns {Promise<void>} */
function updateRow(database, key, decide) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(TABLE, 'readwrite');
    const table = transaction.objectStore(TABLE);
    const reading = table.get(key);
    /** @type {unknown} */
    let failure = null;
    reading.onsuccess = () => {
      /** @type {string|null} */
      let next;
      try {
        next = decide(typeof reading.result === 'string' ? reading.result : '');
      } catch (error) {
        failure = new DecideError('', { cause: error });
        transaction.abort();
        return;
      }
      try {
        if (next === '') table.delete(key);
        else if (next !== null) table.put(next, key);
      } catch (error) {
        failure = error;
        transaction.abort();
      }
    };
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(failure ?? transaction.error);
  });
}

/**
 * IndexedDB as long as it works, then memory with what was last seen: a private window, a full disk or a deleted
 * database never breaks a visit.
 * @param {string} key
 * @returns {Promise<Store>}
 */
export async function indexedDbStore(key) {
  /** @type {IDBDatabase} */
  let database;
  try {
    database = await openDatabase();
  } catch {
    return memoryStore();
  }
  let seen = '';
  /** @type {Store|null} */
  let fallback = null;

  /** @type {Store} */
  const store = {
    kind: 'indexeddb',
    async update(decide) {
      /** @type {string} */
      let after = seen;
      /** @param {string} state */
      const watch = (state) => {
        const next = decide(state);
        after = next ?? state;
        return next;
      };
      for (let attempt = 0; !fallback; attempt++) {
        try {
          await updateRow(database, key, watch);
          seen = after;
          return;
        } catch (error) {
          if (error instanceof DecideError) throw error.cause;
          if (attempt > 0) break;
          database = await openDatabase().catch(() => database);
        }
      }
      fallback ??= memoryStore(seen);
      store.kind = 'memory';
      return fallback.update(decide);
    },
    close: () => database.close(),
  };
  return store;
}

/** Run tasks of one name one after the other, over all tabs where the browser can. @param {string} name */
function serialiser(name) {
  /** @type {Promise<unknown>} */
  let queue = Promise.resolve();
  /** @template T @param {() => Promise<T>} task @returns {Promise<T>} */
  return (task) => {
    if (globalThis.navigator?.locks) return /** @type {Promise<any>} */ (navigator.locks.request(name, task));
    const done = queue.then(task);
    queue = done.catch(() => {});
    return done;
  };
}

/** @param {CustomStore} custom @param {string} key @returns {Store} */
export function customStore(custom, key) {
  const serial = serialiser(`pocketrec:${key}`);
  return {
    kind: 'custom',
    update: (decide) =>
      serial(async () => {
        const next = decide((await custom.get()) ?? '');
        if (next !== null) await custom.set(next);
      }),
    close() {},
  };
}

/** @param {'indexeddb'|'memory'|CustomStore} wish @param {string} key @returns {Promise<Store>} */
export async function openStore(wish, key) {
  if (typeof wish === 'object') return customStore(wish, key);
  if (wish === 'indexeddb' && typeof indexedDB === 'object') return indexedDbStore(key);
  return memoryStore();
}
