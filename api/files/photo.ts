import { createHash } from 'node:crypto';
import sharp from 'sharp';
import type { Text } from '../../workflows/lib/contract.ts';
import { Problem } from '../errors.ts';

/** A photo made anew from what somebody sent: nothing but its pixels is left of that. */
export interface Photo {
  photo: Buffer;
  thumbnail: Buffer;
  width: number;
  height: number;
  sha256: string;
}

const MOST_PIXELS = 40_000_000;
/** Longest sides. */
const SIDE = 2_048;
const THUMBNAIL_SIDE = 320;
const MOST_SECONDS = 20;

// One photo at a time on one thread: whoever decides something goes first. Nothing is kept between two.
sharp.concurrency(1);
sharp.cache(false);
// What reads SVG, PDF, GIF, HEIC and a hundred others is never reached, whatever the first bytes say.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp'] });

/**
 * Decodes a JPEG, PNG or WebP and encodes it as a JPEG of at most 2048 px, turned upright; EXIF with its place, profiles and whatever hung on
 * behind are gone. Throws 415 for another kind of file, 422 for one that is damaged or has too many pixels; each says what helps.
 */
export async function developPhoto(bytes: Buffer): Promise<Photo> {
  const other = otherKind(bytes);
  if (other) throw new Problem('photo-not-supported', { found: other.found, remedy: other.remedy });
  const { width = 0, height = 0 } = await decoded(() => sharp(bytes, { limitInputPixels: false }).metadata());
  if (width * height > MOST_PIXELS) throw new Problem('photo-too-many-pixels', { width, height, most: MOST_PIXELS / 1_000_000 });
  const { data: photo, info } = await decoded(() => sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: 'error' })
    .timeout({ seconds: MOST_SECONDS })
    .autoOrient()
    .resize(SIDE, SIDE, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .jpeg({ quality: 82 })
    .toBuffer({ resolveWithObject: true }));
  const thumbnail = await sharp(photo).resize(THUMBNAIL_SIDE, THUMBNAIL_SIDE, { fit: 'inside', withoutEnlargement: true }).jpeg({ quality: 75 }).toBuffer();
  return { photo, thumbnail, width: info.width, height: info.height, sha256: createHash('sha256').update(photo).digest('hex') };
}

/** What libvips says names places in the file, not what helps: whoever took the photo takes another one. */
async function decoded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch {
    throw new Problem('photo-unreadable');
  }
}

const RETAKE: Text = { zh: '请改选一张照片，或截图后上传。', en: 'Choose a photo instead, or upload a screenshot of it.' };

/** By its first bytes, never by its name or its declared type. Undefined for what is taken. */
function otherKind(bytes: Buffer): { found: Text; remedy: Text } | undefined {
  const starts = (hex: string): boolean => bytes.subarray(0, hex.length / 2).equals(Buffer.from(hex, 'hex'));
  const at = (from: number, to: number): string => bytes.toString('latin1', from, to);
  if (starts('ffd8ff') || starts('89504e470d0a1a0a') || (at(0, 4) === 'RIFF' && at(8, 12) === 'WEBP')) return undefined;
  if (at(4, 8) === 'ftyp') {
    return {
      found: { zh: ' HEIC（苹果手机格式）或视频', en: 'a HEIC photo of an iPhone, or a video' },
      remedy: {
        zh: '请在 iPhone“设置 → 相机 → 格式”中选择“兼容性最佳”后重拍，或截图后上传。',
        en: 'On the iPhone choose Settings → Camera → Formats → Most Compatible and take it again, or upload a screenshot of it.',
      },
    };
  }
  if (at(0, 4) === 'GIF8') return { found: { zh: ' GIF 动图', en: 'a GIF' }, remedy: RETAKE };
  if (at(0, 4) === '%PDF') return { found: { zh: ' PDF 文档', en: 'a PDF' }, remedy: { zh: '请拍下该页，或截图后上传。', en: 'Take a photo of the page, or upload a screenshot of it.' } };
  if (/^\s*(<\?xml|<svg|<!doctype|<html)/i.test(at(0, 200).replace(/^\u00ef\u00bb\u00bf/, ''))) {
    return { found: { zh: '网页或 SVG 图形', en: 'a web page or SVG drawing' }, remedy: RETAKE };
  }
  if (bytes.length === 0) return { found: { zh: '空文件', en: 'empty' }, remedy: RETAKE };
  return { found: { zh: '其他文件', en: 'another kind of file' }, remedy: RETAKE };
}
