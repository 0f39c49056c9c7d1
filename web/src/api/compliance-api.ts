import {
  commandAnswer,
  erasureView,
  exportView,
  holdView,
  pageOf,
  retentionPreviewView,
  retentionView,
  type ErasureView,
  type ExportView,
  type HoldView,
  type Page,
  type placeHoldBody,
  type requestExportBody,
  type RetentionPreviewView,
  type RetentionView,
  type setRetentionBody,
} from '@verbatim/shared/browser';
import type { z } from 'zod';
import type { HttpClient } from './http-client.ts';

export type HoldForm = z.input<typeof placeHoldBody>;
export type ExportForm = z.input<typeof requestExportBody>;
export type RetentionRule = Omit<z.input<typeof setRetentionBody>, 'dryRun'>;

const holds = pageOf(holdView);

/** What owners and compliance officers decide about the record. Each call is itself on the record. */
export class ComplianceApi {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  holds(): Promise<Page<HoldView>> {
    return this.#http.get(holds, '/audit/holds');
  }

  async placeHold(form: HoldForm): Promise<void> {
    await this.#change(this.#http.post(commandAnswer, '/audit/holds', { body: form }));
  }

  async releaseHold(holdId: string): Promise<void> {
    await this.#change(this.#http.delete(commandAnswer, `/audit/holds/${holdId}`));
  }

  retention(): Promise<RetentionView> {
    return this.#http.get(retentionView, '/audit/retention');
  }

  /** What would go by this rule; nothing changes. */
  previewRetention(rule: RetentionRule): Promise<RetentionPreviewView> {
    return this.#http.put(retentionPreviewView, '/audit/retention', { body: { ...rule, dryRun: true } });
  }

  async setRetention(rule: RetentionRule): Promise<void> {
    await this.#change(this.#http.put(commandAnswer, '/audit/retention', { body: rule }));
  }

  async requestExport(form: ExportForm): Promise<string> {
    return this.#change(this.#http.post(commandAnswer, '/audit/exports', { body: form }));
  }

  export(exportId: string): Promise<ExportView> {
    return this.#http.get(exportView, `/audit/exports/${exportId}`);
  }

  async download(exportId: string): Promise<Blob> {
    return (await this.#http.raw('GET', `/audit/exports/${exportId}/download`)).blob();
  }

  async requestErasure(userId: string, reason: string): Promise<string> {
    return this.#change(this.#http.post(commandAnswer, '/audit/erasures', { body: { userId, reason } }));
  }

  erasure(erasureId: string): Promise<ErasureView> {
    return this.#http.get(erasureView, `/audit/erasures/${erasureId}`);
  }

  /** What is asked next shows it. */
  async #change(answered: Promise<z.infer<typeof commandAnswer>>): Promise<string> {
    const { id, position } = await answered;
    this.#http.hasSeen(position);
    return id;
  }
}
