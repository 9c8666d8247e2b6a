/**
 * A tiny static server for the tests: the site at /, the bundle below /bundle/, with the headers a careful host sends.
 * Tests bend it: `types` overrides MIME types, `broken` serves other bytes, `stop` is a network that is gone.
 */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

export const CSP =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'";

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** The file of a path: mounts are [prefix, folder], the first that fits wins. */
function locate(mounts, path) {
  for (const [prefix, folder] of mounts) {
    if (!path.startsWith(prefix)) continue;
    let file = join(folder, normalize(`/${path.slice(prefix.length)}`));
    if (existsSync(file) && statSync(file).isDirectory()) file = join(file, 'index.html');
    return existsSync(file) ? file : null;
  }
  return null;
}

export class Site {
  /** @param {[string, string][]} mounts */
  constructor(mounts) {
    this.mounts = mounts;
    this.types = {};
    this.broken = new Map(); // path → body, or a status
    this.requests = [];
    this.headers = { 'content-security-policy': CSP };
    this.port = 0;
  }

  get url() {
    return `http://localhost:${this.port}/`;
  }

  async start() {
    this.server = createServer((request, response) => this.#answer(request, response));
    await new Promise((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
    this.port = this.server.address().port;
    return this;
  }

  #answer(request, response) {
    const path = new URL(request.url, this.url).pathname;
    this.requests.push({ method: request.method, path });
    const other = this.broken.get(path);
    if (typeof other === 'number') return void response.writeHead(other).end();
    const type =
      this.types[extname(path)] ?? TYPES[path.endsWith('/') ? '.html' : extname(path)] ?? 'application/octet-stream';
    const headers = { 'content-type': type, 'cache-control': 'no-cache', ...this.headers };
    if (other !== undefined) return void response.writeHead(200, headers).end(other);
    const file = locate(this.mounts, path);
    if (!file || !['GET', 'HEAD'].includes(request.method))
      return void response.writeHead(file ? 405 : 404, headers).end();
    response.writeHead(200, headers);
    if (request.method === 'HEAD') response.end();
    else createReadStream(file).pipe(response);
  }

  async stop() {
    this.server.closeAllConnections?.();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
