/**
 * How long things take on this device: the last hundred durations of each stage, for the page of insights. They stay in
 * this browser's own storage, and go with everything else that is forgotten.
 */
import { recall, remember } from './settings.js';

/** @typedef {Record<string, number[]>} Timings milliseconds by the name of a stage, oldest first */

const SETTING = 'timings';
const MOST = 100;
const LATER = 1000;

/** @type {Timings} measured since they were last written down */
let fresh = {};
let timer = 0;

/** @returns {Timings} */
function kept() {
  try {
    const value = JSON.parse(recall(SETTING) ?? '{}');
    const lists = Object.entries(value).filter(([, list]) => Array.isArray(list) && list.every((one) => typeof one === 'number' && one >= 0));
    return Object.fromEntries(lists);
  } catch {
    return {};
  }
}

/** All that was measured. @returns {Timings} */
export function timings() {
  const all = kept();
  for (const [stage, list] of Object.entries(fresh)) all[stage] = [...(all[stage] ?? []), ...list].slice(-MOST);
  return all;
}

/** Write it down; another tab may have done so since. */
export function settle() {
  clearTimeout(timer);
  timer = 0;
  if (Object.keys(fresh).length === 0) return;
  remember(SETTING, JSON.stringify(timings()));
  fresh = {};
}

/** @param {string} stage @param {number} ms */
export function time(stage, ms) {
  (fresh[stage] ??= []).push(Math.round(ms * 1000) / 1000);
  timer ||= window.setTimeout(settle, LATER);
}

export function forgetTimings() {
  fresh = {};
  clearTimeout(timer);
  timer = 0;
  remember(SETTING, null);
}

addEventListener('pagehide', settle);

/** The value below which that share of a list lies. @param {number[]} list @param {number} share */
export function quantile(list, share) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted.length > 0 ? sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] : null;
}
