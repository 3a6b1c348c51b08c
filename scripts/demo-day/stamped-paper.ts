import sharp from 'sharp';

const [WIDTH, HEIGHT] = [1_200, 900];
const DESK = [118, 92, 66];
const PAPER = [246, 242, 232];
const INK = [72, 74, 82];
const RED = [196, 38, 32];

/** A photo of a paper with a round red seal, on a desk: drawn, since the demo has no camera. */
export async function stampedPaper(): Promise<Buffer> {
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) pixels.set(colourAt(x, y), (y * WIDTH + x) * 3);
  }
  return sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } }).blur(1.2).jpeg({ quality: 80 }).toBuffer();
}

function colourAt(x: number, y: number): number[] {
  // The paper lies a little askew.
  const [u, v] = [x + (y - HEIGHT / 2) * 0.06, y - (x - WIDTH / 2) * 0.06];
  if (u < 190 || u > 1_010 || v < 50 || v > 850) return DESK;
  const from = Math.hypot(u - 780, v - 660);
  const angle = Math.atan2(v - 660, u - 780);
  const star = 24 + 30 * Math.max(0, Math.cos(5 * (angle + Math.PI / 2)));
  if ((from > 104 && from < 116) || from < star) return RED;
  const isLine = v > 120 && v < 620 && (v - 120) % 50 < 9 && u > 260 && u < (Math.floor((v - 120) / 50) % 4 === 3 ? 620 : 940);
  return isLine ? INK : PAPER;
}
