import type { Locator } from 'playwright-core';

const FRAMES = 240;

/** How long frames took, in milliseconds. */
export interface FrameTimes {
  readonly half: number;
  /** The 95th of 100. */
  readonly most: number;
}

/** Scrolls an element by so many pixels at each of 240 frames. */
export function scrollFrames(scroller: Locator, pixels: number): Promise<FrameTimes> {
  return scroller.evaluate(
    async (element, [by, count]) => {
      // No named function in here: the loader would call a helper that the page does not have.
      const frames: number[] = [];
      let before = await new Promise<number>(requestAnimationFrame);
      for (let frame = 0; frame < count; frame += 1) {
        element.scrollTop += by;
        const now = await new Promise<number>(requestAnimationFrame);
        frames.push(now - before);
        before = now;
      }
      frames.sort((a, b) => a - b);
      return {
        half: frames[Math.floor(count * 0.5)] ?? 0,
        most: frames[Math.floor(count * 0.95)] ?? 0,
      };
    },
    [pixels, FRAMES] as const,
  );
}
