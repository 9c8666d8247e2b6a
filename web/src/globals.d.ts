/** Values that web/build.mjs puts in. */
declare const __SITE__: { build: string; files: string[]; wasm: { simd: string; baseline: string } };
interface Window {
  pocketrec: typeof import('./lib/index.js');
}
