const firstLookAfterMs = 500;
const maxLookAfterMs = 10_000;

/** Something that is made elsewhere: looked at again, ever less often, until it is done or nobody watches any more. */
export class Watched<View> {
  readonly #look: () => Promise<View>;
  readonly #isDone: (view: View) => boolean;
  #view = $state.raw<View | undefined>(undefined);
  #fault = $state.raw<unknown>(undefined);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;

  constructor(look: () => Promise<View>, isDone: (view: View) => boolean) {
    this.#look = look;
    this.#isDone = isDone;
  }

  get view(): View | undefined {
    return this.#view;
  }

  get fault(): unknown {
    return this.#fault;
  }

  /** For an element that shows it: as long as that is there. */
  readonly whileShown = (): (() => void) => {
    this.#isStopped = false;
    void this.look();
    return () => {
      this.#isStopped = true;
      clearTimeout(this.#timer);
    };
  };

  async look(waitMs = firstLookAfterMs): Promise<void> {
    clearTimeout(this.#timer);
    try {
      this.#view = await this.#look();
      this.#fault = undefined;
    } catch (fault) {
      this.#fault = fault;
    }
    const isDone = this.#view !== undefined && this.#isDone(this.#view);
    if (isDone || this.#fault !== undefined || this.#isStopped) return;
    this.#timer = setTimeout(() => void this.look(Math.min(waitMs * 2, maxLookAfterMs)), waitMs);
  }
}
