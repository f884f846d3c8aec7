// Files that clients upload before they say what each is for.

import { randomUUID } from 'node:crypto';
import type { Model } from './accounts.ts';
import { refusals } from './errors.ts';

type Purpose = 'submission' | 'diagnostics';

export interface UploadedFile {
  readonly content: Buffer;
  /** The header `x_compute_id` of the upload. */
  readonly computeId: string | null;
}

interface Upload {
  readonly modelId: string;
  readonly purpose: Purpose;
  file: UploadedFile | null;
}

/** The number of uploads that are kept; the oldest are dropped. */
const UPLOADS_KEPT = 1000;

export class Uploads {
  readonly #uploads = new Map<string, Upload>();

  /** Authorizes an upload; returns the file's name on the server. */
  authorize(model: Model, filename: string, purpose: Purpose): string {
    const [, extension = 'csv'] = /\.(csv|parquet)$/i.exec(filename) ?? [];
    const stem = filename.replace(/\.\w+$/, '').replace(/[^\w-]/g, '_') || 'predictions';
    const name = `${stem}-${randomUUID().replaceAll('-', '').slice(0, 12)}.${extension.toLowerCase()}`;
    this.#uploads.set(name, { modelId: model.id, purpose, file: null });
    const [oldest] = this.#uploads.keys();
    if (this.#uploads.size > UPLOADS_KEPT && oldest !== undefined) this.#uploads.delete(oldest);
    return name;
  }

  /**
   * Takes the content of a file, in the place of an earlier one: a signed URL may be used until it expires.
   * https://docs.aws.amazon.com/AmazonS3/latest/userguide/PresignedUrlUploadObject.html
   * @returns whether such a file was authorized.
   */
  receive(filename: string, file: UploadedFile): boolean {
    const upload = this.#uploads.get(filename);
    if (upload !== undefined) upload.file = file;
    return upload !== undefined;
  }

  /** The file that was uploaded for this purpose; refused if there is none. */
  take(model: Model, filename: string, purpose: Purpose): UploadedFile {
    const upload = this.#uploads.get(filename);
    if (upload?.file == null || upload.modelId !== model.id || upload.purpose !== purpose)
      throw refusals.submissionFile();
    return upload.file;
  }

  /** What a file holds; null if it is not kept any more. */
  content(filename: string): Buffer | null {
    return this.#uploads.get(filename)?.file?.content ?? null;
  }
}
