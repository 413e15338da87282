// Round times for an axis.

const STEPS = [60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 86_400_000];

/** Round times inside a stretch, at most about six of them. */
export function ticks(stretch: { readonly from: number; readonly to: number }): number[] {
  const length = stretch.to - stretch.from;
  const step = STEPS.find((one) => length / one <= 6.5) ?? 86_400_000;
  const found: number[] = [];
  for (let at = Math.ceil(stretch.from / step) * step; at <= stretch.to; at += step) found.push(at);
  return found;
}
