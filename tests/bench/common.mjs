// What the benches share: places, and one line a figure.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
export { root, command, wasmBuilds } from '../parity/bundles.mjs';
import { root, command } from '../parity/bundles.mjs';

export const work = process.env.PR_BENCH_WORK ?? join(root, 'build/bench');

export const line = (figure, ours, peer, bar) => console.log(`${figure.padEnd(46)} ${ours.padStart(12)} ${peer.padStart(12)} ${bar.padStart(14)}`);

// A bundle of the reference's size, made once for each build of the command.
export function referenceBundle() {
  const folder = join(work, 'reference');
  const manifest = join(folder, 'bundle/manifest.json');
  if (!existsSync(manifest) || statSync(manifest).mtimeMs < statSync(command).mtimeMs) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const options = { stdio: ['ignore', 'ignore', 'ignore'], env: { ...process.env, SOURCE_DATE_EPOCH: '1763683200' } };
    execFileSync(command, ['synth', 'workouts', '--seed', '1', '--out', join(folder, 'data')], options);
    execFileSync(command, ['train', join(folder, 'data/pocketrec.json'), '--out', join(folder, 'bundle')], options);
  }
  return join(folder, 'bundle');
}
