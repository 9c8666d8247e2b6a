/** The visitor's own events, where more than sending one is needed. */

/**
 * Remove the last event of that kind from the visitor's own state.
 * @param {import('./client.js').Client} client
 * @param {string} type
 * @param {string} item
 */
export async function takeBack(client, type, item) {
  const me = await client.request('GET', '/api/v1/me');
  const at = me.events.findLastIndex((/** @type {any} */ event) => event.type === type && String(event.item) === item);
  if (at < 0) return;
  me.events.splice(at, 1);
  await client.request('PUT', '/api/v1/me', me);
}
