import { readDockerSave } from './dockerSave';
import { notAnImage, type ImageArchive } from './image';
import { readOciLayout } from './ociLayout';
import { openTarFile } from './tarFile';

/**
 * Reads what is in an image archive, without unpacking it: an OCI layout, or what `docker save` writes.
 *
 * @param file - path of the archive (tar)
 * @param wanted - the image by name and tag, where the archive has several
 * @throws NanteError `invalid-input` for another kind of file, one that lacks something, or where the image is ambiguous
 */
export async function readImageArchive(
  file: string,
  wanted: { image: string; tag: string },
): Promise<ImageArchive> {
  const tar = await openTarFile(file);
  if (tar.entry('index.json')) return readOciLayout(tar, file, wanted);
  if (tar.entry('manifest.json')) return readDockerSave(tar, file, wanted);
  throw notAnImage(file, 'neither index.json nor manifest.json is in it');
}
