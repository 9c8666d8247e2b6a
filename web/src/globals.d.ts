/** Values that web/build.mjs puts in. */
interface SiteWasm {
  simd: string;
  baseline: string;
}
declare const __SITE__: {
  build: string;
  files: string[];
  parts: Record<string, string[]>;
  wasm: SiteWasm & { full: SiteWasm };
};
interface Window {
  pocketrec: typeof import('./lib/index.js');
}
