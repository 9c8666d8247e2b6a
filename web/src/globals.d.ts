/** Values that web/build.mjs puts in. */
declare const __SITE__: {
  build: string;
  files: string[];
  parts: Record<string, string[]>;
  stages: string;
  /** The worker of the text encoders, and their module. */
  encoder: { script: string; wasm: { simd: string; baseline: string } };
  wasm: import('./lib/engine.js').EngineUrls & { simd: string; baseline: string };
};
/** The script of what only a bundle with meaning has. */
declare const pocketrecStages: typeof import('./shop/stages.js');
interface Window {
  pocketrec: typeof import('./lib/index.js');
}
