// The traces: one uPlot for each lane on the one shared time axis. What is measured is solid ink, a
// pressure two arrowheads joined by a thin line, the drug a blue step; a gap is a field of dots.
import uPlot from "uplot";
import { ticks } from "./chart-times";
import { NOW_AND_THEN } from "./freshness";
import { lengthOf, type TimeOfDay } from "./times";
import type { Drawn, Gap } from "./series";
import type { Lane } from "./lane-rows";

export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly now: number;
}

export interface Shown {
  readonly main: Drawn;
  /** the lower pressure, at the same times */
  readonly lower?: Drawn;
  readonly byHand: readonly { readonly at: number; readonly upper: number; readonly lower: number | null }[];
}

export interface Inks {
  readonly ink: string;
  readonly ink3: string;
  readonly act: string;
  readonly actsoft: string;
  readonly raised: string;
  readonly sunk: string;
  readonly rule: string;
  readonly font: string;
}

export function readInks(root: Element): Inks {
  const style = getComputedStyle(root);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ink: resolved(root, "--ink"),
    ink3: resolved(root, "--ink3"),
    act: resolved(root, "--act"),
    actsoft: resolved(root, "--actsoft"),
    raised: resolved(root, "--raised"),
    sunk: resolved(root, "--sunk"),
    rule: resolved(root, "--rule"),
    font: `13px ${colour("--sans")}`,
  };
}

// A canvas knows no light-dark(): the browser is asked what a token is just now.
function resolved(root: Element, token: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(${token})`;
  probe.hidden = true;
  root.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

export interface Words {
  readonly gap: (cause: string, length: string) => string;
  readonly times: TimeOfDay;
}

export class Trace {
  readonly #plot: uPlot;
  readonly #lane: Lane;
  readonly #words: Words;
  readonly #read: HTMLElement;
  #inks: Inks;
  #stretch: Stretch;
  #shown: Shown = { main: { times: [], values: [], places: [], gaps: [] }, byHand: [] };
  #scale: [number, number];
  #dots: CanvasPattern | null = null;

  constructor(place: HTMLElement, lane: Lane, inks: Inks, stretch: Stretch, words: Words) {
    this.#lane = lane;
    this.#inks = inks;
    this.#stretch = stretch;
    this.#words = words;
    this.#scale = [lane.low, lane.high];
    this.#read = document.createElement("span");
    this.#read.className = "trace-read";
    const { width, height } = place.getBoundingClientRect();
    const isStep = lane.kind === "step";
    const rare = lane.parameters.every((name) => NOW_AND_THEN.has(name));
    const stepped = uPlot.paths.stepped?.({ align: 1 });
    const series: uPlot.Series = {
      stroke: () => (isStep ? this.#inks.act : this.#inks.ink),
      width: isStep ? 2 : 1.6,
      spanGaps: false,
      points: { show: (_plot, _series, from, to) => to - from < 2 && lane.kind === "line" },
      ...(isStep && stepped !== undefined ? { paths: stepped, fill: () => this.#inks.actsoft } : {}),
      // what is measured now and then stands as points: nothing is known between them
      ...(rare && lane.kind === "line" ? { paths: () => null, points: { show: true, size: 6, width: 0, fill: () => this.#inks.ink } } : {}),
      ...(lane.kind === "pressure" ? { paths: () => null, points: { show: false } } : {}),
    };
    const second: uPlot.Series = { paths: () => null, points: { show: false } };
    this.#plot = new uPlot(
      {
        width: Math.max(40, Math.floor(width)),
        height: Math.max(30, Math.floor(height)),
        padding: [0, 0, 0, 0],
        legend: { show: false },
        axes: [{ show: false }, { show: false }],
        scales: {
          x: { time: false, range: () => [this.#stretch.from, this.#stretch.to] },
          y: { range: () => this.#scale },
        },
        series: [{}, series, second],
        cursor: {
          sync: { key: "lanes", setSeries: false },
          drag: { x: false, y: false, setScale: false },
          points: { show: false },
          y: false,
        },
        hooks: {
          drawClear: [(plot) => this.#drawGround(plot)],
          draw: [(plot) => this.#drawMarks(plot)],
          setCursor: [(plot) => this.#readOut(plot)],
        },
      },
      [[], [], []],
      place,
    );
    place.append(this.#read);
  }

  show(shown: Shown, stretch: Stretch, scale: [number, number]): void {
    this.#shown = shown;
    this.#stretch = stretch;
    this.#scale = scale;
    this.#plot.setData([shown.main.times, shown.main.values, shown.lower?.values ?? shown.main.values.map(() => null)], true);
  }

  resize(place: HTMLElement): void {
    const { width, height } = place.getBoundingClientRect();
    const size = { width: Math.max(40, Math.floor(width)), height: Math.max(30, Math.floor(height)) };
    if (size.width !== this.#plot.width || size.height !== this.#plot.height) this.#plot.setSize(size);
  }

  repaint(inks: Inks): void {
    this.#inks = inks;
    this.#dots = null;
    this.#plot.redraw(true, false);
  }

  destroy(): void {
    this.#plot.destroy();
    this.#read.remove();
  }

  #drawGround(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const x = (ms: number): number => Math.round(plot.valToPos(ms, "x", true));
    const end = bbox.left + bbox.width;
    const now = Math.min(Math.max(x(this.#stretch.now), bbox.left), end);
    // uPlot remembers what it set: leave its inks as they were
    ctx.save();
    ctx.fillStyle = this.#inks.raised;
    ctx.fillRect(bbox.left, bbox.top, now - bbox.left, bbox.height);
    ctx.fillStyle = this.#inks.sunk;
    ctx.fillRect(now, bbox.top, end - now, bbox.height);
    ctx.fillStyle = this.#inks.rule;
    for (const tick of ticks(this.#stretch)) ctx.fillRect(x(tick), bbox.top, Math.max(1, Math.round(devicePixelRatio)), bbox.height);
    for (const gap of this.#shown.main.gaps) this.#drawGap(plot, gap);
    ctx.restore();
  }

  #drawGap(plot: uPlot, gap: Gap): void {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    const left = Math.max(plot.valToPos(gap.from, "x", true), bbox.left);
    const right = Math.min(plot.valToPos(gap.to, "x", true), bbox.left + bbox.width);
    if (right - left < 2 * ratio) return;
    this.#dots ??= dotsOf(this.#inks.ink3, ratio);
    if (this.#dots !== null) {
      ctx.fillStyle = this.#dots;
      ctx.fillRect(left, bbox.top + 3 * ratio, right - left, bbox.height - 6 * ratio);
    }
  }

  #drawMarks(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    if (this.#lane.kind === "pressure") {
      const { times, values } = this.#shown.main;
      for (const [place, at] of times.entries()) {
        const upper = values[place] ?? null;
        if (upper !== null) this.#drawPressure(plot, at, upper, this.#shown.lower?.values[place] ?? null, false);
      }
    }
    for (const set of this.#shown.byHand) {
      if (this.#lane.kind === "pressure") this.#drawPressure(plot, set.at, set.upper, set.lower, true);
      else this.#drawSquare(plot, set.at, set.upper);
    }
    let named = bbox.left;
    for (const gap of this.#shown.main.gaps) named = this.#nameGap(plot, gap, named);
    const now = Math.round(plot.valToPos(this.#stretch.now, "x", true));
    ctx.fillStyle = this.#inks.ink;
    ctx.fillRect(now - ratio, bbox.top, 2 * ratio, bbox.height);
    ctx.restore();
  }

  /** Writes a gap's name, unless it would cover the one before; gives where the last name ends. */
  #nameGap(plot: uPlot, gap: Gap, named: number): number {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    const left = Math.max(plot.valToPos(gap.from, "x", true), bbox.left);
    const right = Math.min(plot.valToPos(gap.to, "x", true), bbox.left + bbox.width);
    if (right - left < 8 * ratio) return named;
    ctx.font = this.#inks.font.replace("13px", `${13 * ratio}px`);
    const words = this.#words.gap(gap.cause, lengthOf(gap.to - gap.from));
    const wide = ctx.measureText(words).width + 8 * ratio;
    // the words never cross the line of now
    const edge = Math.min(plot.valToPos(this.#stretch.now, "x", true), bbox.left + bbox.width);
    const at = right + wide < edge ? right : Math.max(bbox.left, Math.min(right, edge) - wide);
    if (at < named) return named;
    ctx.fillStyle = this.#inks.raised;
    ctx.fillRect(at + 2 * ratio, bbox.top + bbox.height - 20 * ratio, wide - 4 * ratio, 17 * ratio);
    ctx.fillStyle = this.#inks.ink3;
    ctx.textBaseline = "alphabetic";
    ctx.fillText(words, at + 4 * ratio, bbox.top + bbox.height - 7 * ratio);
    return at + wide;
  }

  #drawPressure(plot: uPlot, at: number, upper: number, lower: number | null, byHand: boolean): void {
    const { ctx } = plot;
    const ratio = devicePixelRatio;
    const x = Math.round(plot.valToPos(at, "x", true)) + 0.5;
    const top = plot.valToPos(upper, "y", true);
    ctx.strokeStyle = this.#inks.ink;
    ctx.lineWidth = 2 * ratio;
    ctx.lineCap = "butt";
    const arrow = (y: number, way: number): void => {
      ctx.beginPath();
      ctx.moveTo(x - 6 * ratio, y - way * 5 * ratio);
      ctx.lineTo(x, y);
      ctx.lineTo(x + 6 * ratio, y - way * 5 * ratio);
      ctx.stroke();
    };
    arrow(top, 1);
    if (lower !== null) {
      const bottom = plot.valToPos(lower, "y", true);
      arrow(bottom, -1);
      ctx.lineWidth = 1.2 * ratio;
      ctx.setLineDash(byHand ? [3 * ratio, 3 * ratio] : []);
      ctx.beginPath();
      ctx.moveTo(x, top);
      ctx.lineTo(x, bottom);
      ctx.stroke();
      ctx.setLineDash([]);
    }
  }

  #drawSquare(plot: uPlot, at: number, value: number): void {
    const { ctx } = plot;
    const side = 7 * devicePixelRatio;
    const [x, y] = [plot.valToPos(at, "x", true), plot.valToPos(value, "y", true)];
    ctx.strokeStyle = this.#inks.ink;
    ctx.fillStyle = this.#inks.raised;
    ctx.lineWidth = 1.6 * devicePixelRatio;
    ctx.fillRect(x - side / 2, y - side / 2, side, side);
    ctx.strokeRect(x - side / 2, y - side / 2, side, side);
  }

  #readOut(plot: uPlot): void {
    const place = plot.cursor.idx;
    const at = place == null ? undefined : this.#shown.main.times[place];
    const value = place == null ? null : (this.#shown.main.values[place] ?? null);
    if (place == null || at === undefined || value === null || (plot.cursor.left ?? -1) < 0) {
      this.#read.textContent = "";
      return;
    }
    const upper = textAt(this.#shown.main, place);
    const lower = this.#shown.lower === undefined ? "" : textAt(this.#shown.lower, place);
    const text = lower === "" ? upper : `${upper}/${lower}`;
    this.#read.textContent = `${this.#words.times.exact(at)}  ${text} ${this.#lane.unit}`;
  }
}

/** A value with the decimals that its device gave it; "" for none. */
export function textAt(drawn: Drawn, place: number): string {
  return drawn.values[place]?.toFixed(drawn.places[place] ?? 0) ?? "";
}

function dotsOf(ink: string, ratio: number): CanvasPattern | null {
  const tile = document.createElement("canvas");
  const step = Math.round(5 * ratio);
  tile.width = tile.height = step;
  const ctx = tile.getContext("2d");
  if (ctx === null) return null;
  ctx.fillStyle = ink;
  ctx.fillRect(Math.floor(step / 2), Math.floor(step / 2), Math.ceil(1.2 * ratio), Math.ceil(1.2 * ratio));
  return ctx.createPattern(tile, "repeat");
}
