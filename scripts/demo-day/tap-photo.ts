import sharp from 'sharp';

const [WIDTH, HEIGHT] = [900, 1_200];
const TILE = 150;
const WALL = [227, 222, 210];
const JOINT = [185, 178, 164];
const FLOOR = [138, 129, 116];
const WATER = [143, 193, 227];
const DROPS = [[630, 17], [720, 14], [800, 18]] as const;

/** A photo of a tap over a basin, dripping or mended: drawn, since the demo has no camera. */
export async function tapPhoto(drips: boolean): Promise<Buffer> {
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) pixels.set((drips && waterAt(x, y)) || colourAt(x, y), (y * WIDTH + x) * 3);
  }
  return sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } }).blur(1.2).jpeg({ quality: 80 }).toBuffer();
}

function waterAt(x: number, y: number): number[] | undefined {
  const puddle = ((x - 420) / 320) ** 2 + ((y - 1_130) / 34) ** 2 < 1;
  const drop = DROPS.some(([at, size]) => (x - 478) ** 2 + (y > at ? y - at : (y - at) / 2) ** 2 < size ** 2);
  return puddle || drop ? WATER : undefined;
}

function colourAt(x: number, y: number): number[] {
  // From the front: the pipe stands behind the basin's rim, goes over in half a circle and ends as a spout.
  const [u, v] = [x - 390, y - 430];
  const round = Math.hypot(u, v);
  if (y <= 430 && round > 55 && round < 130) return steel((round - 55) / 75);
  if (y > 430 && y < 560 && u > 55 && u < 130) return steel((u - 55) / 75);
  if (y > 430 && y < 850 && u > -130 && u < -55) return steel((u + 130) / 75);
  if (y > 372 && y < 410 && u > -230 && u < -120) return steel((y - 372) / 38);

  const rim = ((x - 450) / 315) ** 2 + ((y - 840) / 45) ** 2;
  if (rim < 1) return rim < 0.86 ? [214, 220, 223] : [246, 248, 248];
  if (y > 840 && ((x - 450) / 315) ** 2 + ((y - 840) / 235) ** 2 < 1) return shade([250, 251, 251], 1 - 0.22 * ((y - 840) / 235));
  if (y > 1_080) return FLOOR;
  return x % TILE < 5 || y % TILE < 5 ? JOINT : WALL;
}

/** Shines off the middle; `across` from 0 to 1. */
function steel(across: number): number[] {
  return shade([240, 243, 245], 1 - 0.55 * Math.abs(across - 0.35) - (across > 0.85 ? 0.12 : 0));
}

function shade(colour: readonly number[], light: number): number[] {
  return colour.map((each) => Math.round(each * light));
}
