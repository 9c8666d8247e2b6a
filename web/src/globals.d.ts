/** Values that web/build.mjs puts in. */
declare const __SITE__: {
  build: string;
  files: string[];
  parts: Record<string, string[]>;
  wasm: import('./lib/engine.js').EngineUrls & { simd: string; baseline: string };
};
interface Window {
  pocketrec: typeof import('./lib/index.js');
}
