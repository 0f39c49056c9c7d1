/** One form on its way: whether it is under way, and why it was refused. Nothing is sent twice at a time. */
export class Submission {
  readonly #send: () => Promise<void>;
  #fault = $state.raw<unknown>(undefined);
  #isBusy = $state(false);

  constructor(send: () => Promise<void>) {
    this.#send = send;
  }

  get fault(): unknown {
    return this.#fault;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  readonly onsubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.run();
  };

  async run(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#fault = undefined;
    try {
      await this.#send();
    } catch (fault) {
      this.#fault = fault;
    } finally {
      this.#isBusy = false;
    }
  }
}
