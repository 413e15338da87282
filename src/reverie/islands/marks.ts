// Where the words of marks stand: two staggered rows, each mark at its tick. Words never cover other
// words or another tick of their row, and never cross the line of now: they are cut, turned to the other
// side of the tick, or left out. Pure: from lengths in px.

export interface Mark {
  /** where the tick stands */
  readonly x: number;
  /** how wide its words are, with the room beside the tick */
  readonly wide: number;
}

export interface Placed {
  readonly row: 0 | 1;
  /** after the tick, before it, or the tick alone */
  readonly side: "after" | "before" | "bare";
  /** the left edge and the width of tick and words together */
  readonly left: number;
  readonly width: number;
}

export const TICK_PX = 2;
const APART_PX = 6;
/** Words that would be cut to less than this say nothing. */
const LEAST_PX = 46;

/** Places for marks in the order of their x; `edge` is the line of now, or the end of the chart. */
export function placeMarks(marks: readonly Mark[], edge: number): Placed[] {
  const rows = rowsOf(marks);
  const free: [number, number] = [0, 0];
  return marks.map((mark, at) => {
    const row = rows[at] ?? 0;
    const next = marks.findIndex((_other, place) => place > at && rows[place] === row);
    const end = Math.min(edge - APART_PX, next === -1 ? Infinity : (marks[next]?.x ?? 0) - APART_PX);
    const after = end - mark.x;
    const before = mark.x + TICK_PX - free[row];
    const placed = place(mark, row, after, before);
    free[row] = placed.left + placed.width + APART_PX;
    return placed;
  });
}

function place(mark: Mark, row: 0 | 1, after: number, before: number): Placed {
  if (mark.wide <= after) return { row, side: "after", left: mark.x, width: mark.wide };
  if (mark.wide <= before) return { row, side: "before", left: mark.x + TICK_PX - mark.wide, width: mark.wide };
  if (after >= LEAST_PX && after >= before) return { row, side: "after", left: mark.x, width: after };
  if (before >= LEAST_PX) return { row, side: "before", left: mark.x + TICK_PX - before, width: before };
  return { row, side: "bare", left: mark.x, width: TICK_PX };
}

/** The row of each mark: the upper one, unless the one before it is still being read there. */
function rowsOf(marks: readonly Mark[]): (0 | 1)[] {
  const ends: [number, number] = [0, 0];
  return marks.map((mark) => {
    const row = mark.x >= ends[0] || ends[0] <= ends[1] ? 0 : 1;
    ends[row] = mark.x + mark.wide + APART_PX;
    return row;
  });
}
