/** What goes wrong, in one shape: a stable code, an HTTP-like status, a sentence, and the field of the request. */
export class PocketrecError extends Error {
  /**
   * @param {string} code short and stable, for programs
   * @param {string} message one sentence: what was wrong, where, what to do
   * @param {{status?: number, field?: string|null, cause?: unknown}} [more]
   */
  constructor(code, message, more = {}) {
    super(message, 'cause' in more ? { cause: more.cause } : undefined);
    this.name = 'PocketrecError';
    this.code = code;
    this.status = more.status ?? 0;
    this.field = more.field ?? null;
  }
}
