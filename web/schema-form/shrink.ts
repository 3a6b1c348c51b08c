/** The longest side of a photo that is sent: more the server would not keep. */
const SIDE = 2_048;
const QUALITY = 0.85;

/** A photo as it is sent: an upright JPEG of at most 2048 px, without what the camera wrote into it. What the browser cannot open stays as it is. */
export async function shrink(file: Blob): Promise<Blob> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    return file;
  }
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const brush = canvas.getContext('2d');
  if (!brush) return file;
  // A JPEG knows no transparency: it would turn black.
  brush.fillStyle = '#ffffff';
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.imageSmoothingQuality = 'high';
  brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve) => { canvas.toBlob((made) => resolve(made ?? file), 'image/jpeg', QUALITY); });
}
