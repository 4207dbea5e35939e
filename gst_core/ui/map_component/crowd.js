// How many points lie where on the stage, cell by cell: what names should not cover.

/** @import { Box, Crowd, Scale } from "./types.js" */

export const CELL = 6; // pixels: no more than a point's width

/**
 * @param {Float32Array} positions
 * @param {{ x: Scale, y: Scale }} scales of the map on the screen
 * @param {Box} stage
 * @param {(row: number) => boolean} isVisible
 * @returns {Crowd}
 */
export function crowdOf(positions, scales, stage, isVisible) {
  const columns = Math.max(1, Math.ceil(stage.width / CELL));
  const rows = Math.max(1, Math.ceil(stage.height / CELL));
  const counts = new Uint16Array(columns * rows);
  for (let i = 0; i < positions.length / 2; i++) {
    const x = Math.floor((scales.x.zero + scales.x.each * positions[2 * i]) / CELL);
    const y = Math.floor((scales.y.zero + scales.y.each * positions[2 * i + 1]) / CELL);
    if (x >= 0 && y >= 0 && x < columns && y < rows && isVisible(i)) counts[y * columns + x]++;
  }
  return { columns, rows, counts };
}
