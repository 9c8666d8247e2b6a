/** Charts by uPlot in the page's own colours, each with the same numbers as a table for those who do not see it. */
import uPlot from 'uplot';
import { h } from '../page/dom.js';

/**
 * @typedef {{label: string, values: (number|null)[], colour: string, bars?: boolean}} Series `colour` names a design token
 * @typedef {{name: string, x: number[], series: Series[], time: boolean, format: (value: number) => string}} Chart `x`: seconds since
 *   1970 where `time` is set
 */

const HEIGHT = 220;
/** Width of the name of a day. */
const LABEL = 64;
const FONT = '12px system-ui, sans-serif';

/** The colours of tokens as they are now: a canvas knows no custom properties. @param {string[]} names */
function coloursOf(names) {
  const probe = h('span', { hidden: true });
  document.body.append(probe);
  const colours = names.map((name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return colours;
}

/** Bars of one moment stand side by side. @param {number} at @param {number} of */
function barsOf(at, of) {
  const width = 0.7 / of;
  return uPlot.paths.bars?.({ size: [width, 28 / of], align: of === 1 ? 0 : at === 0 ? -1 : 1, radius: 0.15 });
}

/** @param {Chart} chart @param {number} width @returns {uPlot.Options} */
function optionsOf({ x, series, time, format }, width) {
  const [ink, line, ...own] = coloursOf(['ink-soft', 'line', ...series.map(({ colour }) => colour)]);
  const bars = series.filter((one) => one.bars).length;
  /** @type {uPlot.Axis} */
  const axis = { stroke: ink, font: FONT, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  const edge = time ? 43200 : 0.5;
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { show: false } },
    scales: { x: { time, range: () => [x[0] - edge, x[x.length - 1] + edge] }, y: { range: (_, low, high) => [0, Math.max(high, low, 1e-9) * 1.1] } },
    axes: [
      { ...axis, grid: { show: false }, space: 60, splits: () => named(x, width), ...(time ? { values: (_, ticks) => ticks.map(dayName) } : {}) },
      { ...axis, size: 56, values: (_, ticks) => ticks.map(format) },
    ],
    series: [
      {},
      ...series.map((one, at) => ({
        label: one.label,
        stroke: own[at],
        width: one.bars ? 0 : 2,
        fill: one.bars ? own[at] : undefined,
        paths: one.bars ? barsOf(at, bars) : undefined,
        points: { show: !one.bars && x.length < 40, size: 6, fill: own[at] },
      })),
    ],
  };
}

/** The moments that get a name: as many as there is room for, the last one among them. @param {number[]} x @param {number} width */
function named(x, width) {
  const step = Math.max(1, Math.ceil((x.length * LABEL) / Math.max(width, LABEL)));
  return x.filter((_, at) => (x.length - 1 - at) % step === 0);
}

const dayFormat = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });
/** @param {number} seconds */
export const dayName = (seconds) => dayFormat.format(new Date(seconds * 1000));

/**
 * A picture of numbers. It follows the width of its place and the colours of the page.
 * @param {Chart} chart
 */
export function chart(chart) {
  const canvas = h('div', { class: 'chart-canvas', role: 'img', 'aria-label': chart.name });
  const keys = chart.series.map(({ label, colour }) =>
    h('li', { class: 'chart-key' }, h('span', { class: 'chart-dot', 'aria-hidden': 'true', vars: { '--dot': `var(--${colour})` } }), label),
  );
  /** @type {uPlot|null} */
  let plot = null;
  const draw = () => {
    plot?.destroy();
    const data = /** @type {uPlot.AlignedData} */ ([chart.x, ...chart.series.map(({ values }) => values)]);
    plot = new uPlot(optionsOf(chart, canvas.clientWidth), data, canvas);
  };
  const resize = new ResizeObserver(() => {
    if (!canvas.isConnected) return stop();
    if (canvas.clientWidth === 0) return;
    if (!plot) draw();
    else if (plot.width !== canvas.clientWidth) draw();
  });
  const redraw = () => void (canvas.isConnected ? plot && draw() : stop());
  const themes = new MutationObserver(redraw);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const stop = () => {
    resize.disconnect();
    themes.disconnect();
    dark.removeEventListener('change', redraw);
    plot?.destroy();
    plot = null;
  };
  resize.observe(canvas);
  themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  dark.addEventListener('change', redraw);
  return h('div', { class: 'chart' }, h('ul', { class: 'chart-keys', 'aria-hidden': 'true' }, keys), canvas);
}

/**
 * The same numbers as a table, folded away.
 * @param {string} caption @param {string[]} heads @param {(string|number)[][]} rows the first of each names it
 */
export function table(caption, heads, rows) {
  return h(
    'div',
    { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    h(
      'table',
      { class: 'table' },
      h('caption', { class: 'visually-hidden' }, caption),
      h('thead', {}, h('tr', {}, heads.map((head) => h('th', { scope: 'col' }, head)))),
      h('tbody', {}, rows.map(([name, ...cells]) => h('tr', {}, h('th', { scope: 'row' }, name), cells.map((cell) => h('td', {}, cell))))),
    ),
  );
}

/** @param {Node} content */
export const folded = (content) => h('details', { class: 'folded' }, h('summary', {}, 'As a table'), content);
